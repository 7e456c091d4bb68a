// How good a minute of cloud gaming feels, by ITU-T G.1072 (01/2020, Cor. 1 10/2020):
// "Opinion model predicting gaming quality of experience for cloud gaming services".
//
// Each thing that goes wrong takes points from 100; what is left becomes a mean
// opinion score between 1.3 and 4.64. Pure, no state. The ten vectors in
// `g1072.vectors.json` pin every branch of it.

import { CODING, PLAY } from "./g1072-coefficients.ts";
import type { Interaction, VideoComplexity } from "./g1072-coefficients.ts";

export type { Interaction, VideoComplexity } from "./g1072-coefficients.ts";

export const MOS_MIN = 1.3;
export const MOS_MAX = 4.64;

/**
 * What became of frames that the network hurt.
 *
 * `packets` lets the model guess the frames lost; it knows no retransmission.
 * `frames` is for those who counted them, as every WebRTC receiver can.
 */
export type FrameLoss =
  /** Packets lost, percent (0..0.5), each freezing the picture until the next good frame. */
  | { kind: "packets"; lossPercent: number }
  /** Frames dropped, frozen or missing, percent of those sent (0..100). */
  | { kind: "frames"; lossPercent: number };

export type GamingQualityInput = {
  /** Video only, 0.3..50. */
  bitrateMbps: number;
  /** Frames that the encoder makes in a second, 10..60. */
  fps: number;
  /** Width times height of the coded picture, 640x480..1920x1080. */
  pixels: number;
  /** Network round trip and whatever waits along it, 0..400. */
  delayMs: number;
  loss: FrameLoss;
  /** Packets lost that the decoder showed as broken slices, percent (0..0.5). Frozen ones are in `loss`. */
  slicedLossPercent: number;
  interaction: Interaction;
  complexity: VideoComplexity;
};

export type GamingQuality = {
  mos: number;
  /** 0..100 before it is mapped to an opinion. */
  r: number;
  /** Unweighted impairments, each 0 where nothing is wrong; which one is largest says what to mend. */
  impairments: {
    coding: number;
    transmission: number;
    frameRate: number;
    inputFrames: number;
    inputDelay: number;
  };
  /** True when an input lay outside what the model was fitted on and was pulled to its edge. */
  extrapolated: boolean;
};

type Range = readonly [min: number, max: number];

const RANGE = {
  bitrateMbps: [0.3, 50],
  fps: [10, 60],
  pixels: [640 * 480, 1920 * 1080],
  delayMs: [0, 400],
  packetLossPercent: [0, 0.5],
  frameLossPercent: [0, 100],
} as const satisfies Record<string, Range>;

/** Below this round trip the model's receiver can recover a lost packet in time. */
const RECOVERABLE_DELAY_MS = 16;

/** The model's estimate. Refuses numbers that are not numbers with a `RangeError`. */
export function scoreGaming(input: GamingQualityInput): GamingQuality {
  const bitrateMbps = clamp(input.bitrateMbps, RANGE.bitrateMbps, "bitrateMbps");
  const fps = clamp(input.fps, RANGE.fps, "fps");
  const pixels = clamp(input.pixels, RANGE.pixels, "pixels");
  const delayMs = clamp(input.delayMs, RANGE.delayMs, "delayMs");
  const lossRange = input.loss.kind === "packets" ? RANGE.packetLossPercent : RANGE.frameLossPercent;
  const lossPercent = clamp(input.loss.lossPercent, lossRange, "loss.lossPercent");
  const slicedLossPercent = clamp(input.slicedLossPercent, RANGE.packetLossPercent, "slicedLossPercent");

  const frameLossPercent =
    input.loss.kind === "frames"
      ? lossPercent
      : estimateFrameLossPercent(bitrateMbps, fps, delayMs, lossPercent);

  const coding = codingImpairment(bitrateMbps, fps, pixels, input.complexity);
  const transmission = transmissionImpairment(coding, slicedLossPercent, input.complexity);
  const { t, i, d } = PLAY[input.interaction];
  const frameRate = clip(frameTerm(t, fps, frameLossPercent), 0, 61.29);
  const inputFrames = clip(frameTerm(i, fps, frameLossPercent), 0, 68.98);
  const inputDelay = clip(d[0] / (1 + Math.exp(d[1] - d[2] * delayMs)) + d[3], 0, 68.98);

  const r = clip(
    100 - 0.788 * coding - 0.896 * transmission - 0.227 * frameRate - 0.625 * inputFrames - 0.848 * inputDelay,
    0,
    100,
  );
  return {
    mos: opinionOf(r),
    r,
    impairments: { coding, transmission, frameRate, inputFrames, inputDelay },
    extrapolated:
      bitrateMbps !== input.bitrateMbps ||
      fps !== input.fps ||
      pixels !== input.pixels ||
      delayMs !== input.delayMs ||
      lossPercent !== input.loss.lossPercent ||
      slicedLossPercent !== input.slicedLossPercent,
  };
}

/** From the 0..100 scale to an opinion. */
function opinionOf(r: number): number {
  return clip(MOS_MIN + (3.34 / 100) * r + r * (r - 60) * (100 - r) * 7e-6, MOS_MIN, MOS_MAX);
}

/** Blur and blocks: too few bits for the pixels. */
function codingImpairment(bitrateMbps: number, fps: number, pixels: number, complexity: VideoComplexity): number {
  const c = CODING[complexity];
  const bitsPerPixel = (bitrateMbps * 1e6) / (pixels * fps);
  const contentComplexity = c.c4 * Math.exp(c.c5 * bitsPerPixel) + c.c6;
  return clip(c.c0 * Math.exp(c.c1 * bitsPerPixel) + c.c2 * contentComplexity + c.c3, 0, 65);
}

/** Broken slices on screen. The term for bursts is left at the model's default, none. */
function transmissionImpairment(coding: number, slicedLossPercent: number, complexity: VideoComplexity): number {
  if (slicedLossPercent === 0) return 0;
  const c = CODING[complexity];
  const lossy = ((c.c9 - coding) * slicedLossPercent) / (coding * c.c11 + slicedLossPercent);
  return c.c7 * Math.log(c.c8 * (c.c12 * Math.exp(c.c13 * lossy) - c.c12) + 1);
}

/** Frames that packet loss costs where nothing is retransmitted in time. */
function estimateFrameLossPercent(bitrateMbps: number, fps: number, delayMs: number, lossPercent: number): number {
  if (delayMs < RECOVERABLE_DELAY_MS) return 0;
  const perPercent = 0.08526 + 0.00073 * fps + 1.425e-4 * bitrateMbps * fps;
  const shownFps = fps * Math.exp(-perPercent * (0.09656 * delayMs - 1.5) * lossPercent);
  return (100 * (fps - shownFps)) / fps;
}

function frameTerm([a, b, c, d]: readonly [number, number, number, number], fps: number, lossPercent: number): number {
  return a + b * fps * fps + c * fps + d * Math.log(lossPercent + 1);
}

function clip(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function clamp(value: number, [min, max]: Range, name: string): number {
  if (Number.isNaN(value)) throw new RangeError(`${name} must be a number`);
  return clip(value, min, max);
}
