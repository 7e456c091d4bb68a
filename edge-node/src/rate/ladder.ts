// From a bitrate to frame rate and size: bitrate falls first, then frame rate,
// then size.
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
 * Bits per pixel below which a frame in H.264 at lowest delay is better given up:
 * 1.7 Mbit/s at 720p60, 3.7 at 1080p60, a little under what cloud-phone vendors
 * recommend, for each frame fewer a second makes those that are left later. They
 * also change more from one to the next, and need more each.
 */
const BITS_PER_PIXEL = { full: 0.03, half: 0.045 };

/** Divisors of the display's rate, so that every frame stays equally long. */
const FPS_DIVISORS = [1, 2];
const RATIOS = [1, 3 / 4, 1 / 2, 3 / 8];

/** The smallest side that is still worth coding. */
const SIDE_PIXELS_MIN = 180;

/** From the title's own picture down. Never empty. */
export function makeLadder({ size, fps, preferred }: Pick<RateOptions, "size" | "fps" | "preferred">): readonly Rung[] {
  const slow = fps / (FPS_DIVISORS.at(-1) ?? 1);
  const byRate = FPS_DIVISORS.map((divisor) => rungOf(size, 1, fps / divisor, divisor > 1));
  const bySize = RATIOS.slice(1)
    .map((ratio) => rungOf(size, ratio, slow, true))
    .filter((rung) => Math.min(rung.size.width, rung.size.height) >= SIDE_PIXELS_MIN);
  const all = [...byRate, ...bySize];
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
