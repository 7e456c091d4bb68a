// From a bitrate to frame rate and size: bitrate falls first, then the first step of size, then
// frame rate, then the rest of size. A frame fewer makes those that are left later, and latency is
// what this is for; of a picture that has too few bits anyway a quarter of each side is not missed.
//
// A rung says how many bits a second make it look right. One goes down as soon
// as they are missing and up only when there is room to spare for a while, so a
// rate that wobbles about a rung does not make the picture wobble.

import type { CodedSize, RateOptions } from "./events.ts";

export type Rung = {
  fps: number;
  size: CodedSize;
  /** Below this the picture is better on the next rung down. */
  minKbps: number;
};

/**
 * Bits per pixel below which a frame in H.264 at lowest delay is better smaller, or one of fewer:
 * 2.5 Mbit/s at 720p60, 5.6 at 1080p60. By G.1072 with 60 ms of delay, 720p60 scores 3.49 there and
 * the rung below 3.84; at 1.4 Mbit/s 540p60 3.49 and 540p30 3.75, of which the later frame takes a
 * tenth; at 1.0 540p30 3.52 and 360p30 3.85. With half as many frames, each changes more and needs
 * more. Simulated: from 0.055 on, a 1080p60 title stays at half its rate on a line of 5 Mbit/s.
 */
const BITS_PER_PIXEL = { full: 0.045, half: 0.065 };

/** Of the display's rate, so that every frame stays equally long. */
const FPS_DIVISOR = 2;
const RATIOS = [1, 3 / 4, 1 / 2, 3 / 8];
/** So many of them are tried at the full frame rate. */
const RATIOS_QUICK = 2;

/** The smallest side that is still worth coding. */
const SIDE_PIXELS_MIN = 180;

/** From the title's own picture down. Never empty. */
export function makeLadder({ size, fps, preferred }: Pick<RateOptions, "size" | "fps" | "preferred">): readonly Rung[] {
  const sizes = RATIOS.filter((ratio) => ratio === 1 || Math.min(size.width, size.height) * ratio >= SIDE_PIXELS_MIN);
  const quick = preferred && preferred.maxFps < fps ? [] : sizes.slice(0, RATIOS_QUICK);
  const slower = sizes.slice(Math.max(0, quick.length - 1));
  const all = [
    ...quick.map((ratio) => rungOf(size, ratio, fps, false)),
    ...slower.map((ratio) => rungOf(size, ratio, fps / FPS_DIVISOR, true)),
  ];
  if (!preferred) return all;
  const wanted = all.filter((rung) => rung.size.height <= preferred.maxHeight && rung.fps <= preferred.maxFps);
  // A title that can't be made so small is at least as small as it can be.
  return wanted.length > 0 ? wanted : all.slice(-1);
}

/** Room to spare before going up, and for how long. A new size costs a keyframe, a new frame rate nothing. */
const UP_ROOM = 1.25;
const UP_AFTER_MS = { fps: 1_000, size: 3_000 };
/** With this much room there is little doubt, and a third of the wait will do. */
const UP_ROOM_AMPLE = 2;
/** A size is only given up when the bits have been missing for a while. */
const SIZE_DOWN_AFTER_MS = 800;

export type LadderState = {
  readonly rung: number;
  /** Since when the rung below, or the one above, would have been right; undefined while neither. */
  readonly pressedSinceMs: number | undefined;
  readonly pressure: "none" | "down" | "up";
};

export const TOP_OF_LADDER: LadderState = { rung: 0, pressedSinceMs: undefined, pressure: "none" };

/** `floorRung` is the highest rung that encoder and player can do. */
export function climbLadder(
  ladder: readonly Rung[],
  state: LadderState,
  kbps: number,
  floorRung: number,
  nowMs: number,
): LadderState {
  const last = ladder.length - 1;
  const here = Math.min(Math.max(state.rung, floorRung), last);
  const pressure = pressureOn(ladder, here, kbps, floorRung);
  if (pressure === "none") return { rung: here, pressedSinceMs: undefined, pressure };
  const pressedSinceMs = pressure === state.pressure ? (state.pressedSinceMs ?? nowMs) : nowMs;
  const next = pressure === "down" ? here + 1 : here - 1;
  const changesSize = ladder[here]?.size.ratio !== ladder[next]?.size.ratio;
  const ample = kbps > (ladder[next]?.minKbps ?? 0) * UP_ROOM_AMPLE;
  const upAfterMs = (changesSize ? UP_AFTER_MS.size : UP_AFTER_MS.fps) / (ample ? 3 : 1);
  const downAfterMs = changesSize ? SIZE_DOWN_AFTER_MS : 0;
  if (nowMs - pressedSinceMs < (pressure === "up" ? upAfterMs : downAfterMs)) {
    return { rung: here, pressedSinceMs, pressure };
  }
  return { rung: next, pressedSinceMs: undefined, pressure: "none" };
}

function pressureOn(ladder: readonly Rung[], here: number, kbps: number, floorRung: number): "none" | "down" | "up" {
  const rung = ladder[here];
  const above = ladder[here - 1];
  if (rung && here < ladder.length - 1 && kbps < rung.minKbps) return "down";
  if (above && here > floorRung && kbps > above.minKbps * UP_ROOM) return "up";
  return "none";
}

function rungOf(title: { width: number; height: number }, ratio: number, fps: number, slow: boolean): Rung {
  const size = { ratio, width: even(title.width * ratio), height: even(title.height * ratio) };
  const bitsPerPixel = slow ? BITS_PER_PIXEL.half : BITS_PER_PIXEL.full;
  return { fps, size, minKbps: (size.width * size.height * fps * bitsPerPixel) / 1_000 };
}

/** 4:2:0 colour has one sample for two by two pixels. */
function even(pixels: number): number {
  return Math.max(2, 2 * Math.round(pixels / 2));
}
