// One minute of play, as a number: per-second telemetry in, an opinion score out.
//
// ITU-T G.1072 scores a stream that always moves, on a network without
// retransmission. Ours stands still when the title does, and NACK repairs most
// of what is lost. So frames are counted rather than guessed from packets, and
// what the model has no term for (a long freeze, silence) is taken off after it.
//
// Assumptions, so that a doubtful score can be argued with:
//   1. Delay is the network's round trip plus the player's jitter buffer, 95th
//      percentile of the seconds: a minute is remembered by its worst moments.
//   2. Frame rate, size and bitrate are means over seconds in which the title
//      drew at least 10 frames. A still picture is not a low frame rate.
//   3. A frame that the node sent and the player never showed is a lost frame,
//      whichever of network, decoder or display lost it.
//   4. Undecodable slices are never shown (browsers conceal nothing in H.264
//      without a keyframe), so the slicing term is 0.
//   5. The classes of the title default to the strictest, "high" and "high".
//   6. Size is the coded one. The model has no term for a picture that is scaled up,
//      so fewer pixels at the same bitrate raise the score: whoever pays or places by
//      it has to look at `input.pixels` beside it, and nothing may choose a size by it.

import { MOS_MIN, scoreGaming } from "./g1072.ts";
import type { GamingQuality, GamingQualityInput, Interaction, VideoComplexity } from "./g1072.ts";

/** What one second of a session looked like. The player's own numbers joined with the node's. */
export type QualitySample = {
  /** Length of the sample; a busy player's second may be longer. */
  durationMs: number;
  /** Video payload that arrived. */
  receivedKbps: number;
  /** The coded picture, before the player scales it. */
  width: number;
  height: number;
  /** Frames in which the title changed the picture and which the node sent. */
  framesSent: number;
  /** Of the frames that arrived, how many the player showed. */
  framesShown: number;
  /** Round trip of the media path. */
  roundTripMs: number;
  /** Mean wait in the player's jitter buffer. */
  jitterBufferMs: number;
  /** Time for which a picture stood although newer ones had been sent. */
  freezeMs: number;
  /** Longest gap in the sound that ended in this second or still lasts, counted from its start. */
  audioGapMs: number;
};

export type QualityBand = "good" | "acceptable" | "degraded" | "bad";

export type MinuteScore =
  | { kind: "too-short"; seconds: number }
  | {
      kind: "scored";
      mos: number;
      band: QualityBand;
      /** What the model said before freezes and silence were taken off, and why. */
      model: GamingQuality;
      input: GamingQualityInput;
      freezeMs: number;
      audioGapMsMax: number;
      seconds: number;
    };

/** A title's classes in G.1072. */
export type TitleQualityClass = { interaction: Interaction; complexity: VideoComplexity };

const STRICTEST: TitleQualityClass = { interaction: "high", complexity: "high" };

/** Fewer seconds than this say too little about a minute. */
export const MINUTE_SECONDS_MIN = 30;

/** Below this the title stood still (the node repeats a still picture a few times a second). */
const MOVING_FPS_MIN = 10;

const FREEZE_FULL_MS = 3_000;
const FREEZE_COST = 1.0;
const AUDIO_GAP_MS = 1_000;
const AUDIO_GAP_COST = 0.5;

/** Scores the samples of about a minute. The order of samples does not matter. */
export function scoreMinute(samples: readonly QualitySample[], title: TitleQualityClass = STRICTEST): MinuteScore {
  const seconds = sumOf(samples, (sample) => sample.durationMs) / 1_000;
  if (seconds < MINUTE_SECONDS_MIN) return { kind: "too-short", seconds };

  const input = modelInput(samples, title);
  const model = scoreGaming(input);
  const freezeMs = sumOf(samples, (sample) => sample.freezeMs);
  const audioGapMsMax = Math.max(...samples.map((sample) => sample.audioGapMs));
  const freezeCost = FREEZE_COST * Math.min(1, freezeMs / FREEZE_FULL_MS);
  const audioCost = audioGapMsMax > AUDIO_GAP_MS ? AUDIO_GAP_COST : 0;
  const mos = Math.max(MOS_MIN, model.mos - freezeCost - audioCost);
  return { kind: "scored", mos, band: bandOf(mos), model, input, freezeMs, audioGapMsMax, seconds };
}

/** Where an opinion score lies, as players and hosts are told it. */
export function bandOf(mos: number): QualityBand {
  if (mos >= 4.0) return "good";
  if (mos >= 3.6) return "acceptable";
  if (mos >= 3.1) return "degraded";
  return "bad";
}

/** Tap to first picture, scored apart from play: 1 up to 2 s, falling to 0 at 15 s. */
export function scoreStart(tapToFirstFrameMs: number): number {
  return Math.min(1, Math.max(0, (15_000 - tapToFirstFrameMs) / 13_000));
}

/** Whether the title drew enough in this second to be scored for its picture. */
export function isMoving(sample: Pick<QualitySample, "framesSent" | "durationMs">): boolean {
  return (sample.framesSent * 1_000) / sample.durationMs >= MOVING_FPS_MIN;
}

function modelInput(samples: readonly QualitySample[], title: TitleQualityClass): GamingQualityInput {
  const moving = samples.filter(isMoving);
  const movingMs = sumOf(moving, (sample) => sample.durationMs);
  const weighted = (of: (sample: QualitySample) => number) =>
    sumOf(moving, (sample) => of(sample) * sample.durationMs) / movingMs;
  const stream =
    moving.length > 0
      ? {
          bitrateMbps: weighted((sample) => sample.receivedKbps) / 1_000,
          fps: (sumOf(moving, (sample) => sample.framesSent) * 1_000) / movingMs,
          pixels: weighted((sample) => sample.width * sample.height),
        }
      : STILL_PICTURE;
  return {
    ...stream,
    delayMs: percentile95(samples.map((sample) => sample.roundTripMs + sample.jitterBufferMs)),
    loss: { kind: "frames", lossPercent: frameLossPercent(moving) },
    slicedLossPercent: 0,
    ...title,
  };
}

/** Nothing moved, so nothing was coded badly and no frame was missing: the model's best stream. */
const STILL_PICTURE = { bitrateMbps: 50, fps: 60, pixels: 1920 * 1080 };

/** A second may show a frame sent in the one before; only the whole minute has to balance. */
function frameLossPercent(moving: readonly QualitySample[]): number {
  const sent = sumOf(moving, (sample) => sample.framesSent);
  if (sent === 0) return 0;
  const shown = sumOf(moving, (sample) => sample.framesShown);
  return Math.min(100, Math.max(0, (100 * (sent - shown)) / sent));
}

function sumOf(samples: readonly QualitySample[], of: (sample: QualitySample) => number): number {
  return samples.reduce((sum, sample) => sum + of(sample), 0);
}

/** Nearest rank, so that the answer is a value which was measured. */
function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}
