// RTP packets of the player's camera (VP8, RFC 7741) put together to whole frames. Pure.
//
// A frame is made of the one before it, so one that is missing spoils all up to the next keyframe. The
// media server has lost packets sent again: what is missing is waited for a little. Everything is
// bounded; whoever sends more than a camera should loses frames.

import { CAMERA, CAMERA_SIDE_MAX } from "@nearframe/shared/media/camera";
import { readVp8Payload } from "@nearframe/shared/media/vp8-payload";
import { parsePacket } from "../media/rtp/packet.ts";

export type CameraFrame = { keyframe: boolean; data: Buffer };

type Part = {
  sequence: number;
  timestamp: number;
  /** The last of its frame. */
  marker: boolean;
  /** The first of its frame; "keyframe" of one that needs no other. */
  starts: "keyframe" | "delta" | undefined;
  /** Empty in what only fills the line. */
  data: Buffer;
};

export type Frames = {
  /** Which stream: a camera that is taken up again has another. */
  ssrc: number | undefined;
  /** The sequence number that comes next; undefined until a keyframe begins. */
  next: number | undefined;
  /** What has come and is not in a frame yet, in order. */
  held: readonly Part[];
  /** Since when something is missing before what is held. */
  missingSinceMs: number | undefined;
  second: { startedAtMs: number; bytes: number };
};

export type FramesResult = {
  frames: CameraFrame[];
  /** Nothing can be shown before the next keyframe. */
  lost: boolean;
};

export const NO_FRAMES: Frames = { ssrc: undefined, next: undefined, held: [], missingSinceMs: undefined, second: { startedAtMs: -Infinity, bytes: 0 } };

/** A round trip and its jitter, for what is sent again. */
export const WAIT_MS = 250;
/** Of packets: several frames, or the largest keyframe. */
export const HELD_MAX = 256;
export const FRAME_BYTES_MAX = 96 * 1024;
/** What a camera may send, and as much again for what is sent twice and for the bursts of keyframes. */
export const SECOND_BYTES_MAX = (2 * CAMERA.bitrateKbps * 1000) / 8;

export function takePacket(before: Frames, bytes: Buffer, nowMs: number): [Frames, FramesResult] {
  const none: FramesResult = { frames: [], lost: before.next === undefined };
  const packet = parsePacket(bytes);
  if (!packet) return [before, none];
  const second = nowMs - before.second.startedAtMs < 1_000 ? before.second : { startedAtMs: nowMs, bytes: 0 };
  const counted = { ...before, second: { ...second, bytes: second.bytes + bytes.length } };
  if (counted.second.bytes > SECOND_BYTES_MAX) return [counted, none];
  const state: Frames = packet.ssrc === before.ssrc ? counted : { ...NO_FRAMES, ssrc: packet.ssrc, second: counted.second };
  const part = partOf(packet);
  if (!part || (state.next !== undefined && distance(state.next, part.sequence) < 0)) return [state, { frames: [], lost: state.next === undefined }];
  return putTogether({ ...state, held: insert(state.held, part) }, nowMs);
}

/** The next frame that is given out is a keyframe. */
export const startOver = (state: Frames): Frames => ({ ...state, next: undefined, held: [], missingSinceMs: undefined });

function putTogether(state: Frames, nowMs: number): [Frames, FramesResult] {
  const frames: CameraFrame[] = [];
  let { next, held, missingSinceMs } = state;
  for (;;) {
    if (next === undefined) {
      const start = held.findIndex(({ starts }) => starts === "keyframe");
      // Of a keyframe whose first packet comes late, the rest is kept.
      if (start < 0) break;
      held = held.slice(start);
      next = held[0]?.sequence;
    }
    const whole = next === undefined ? undefined : wholeFrame(held, next);
    if (whole) {
      held = held.slice(whole.parts);
      next = (whole.last + 1) & 0xffff;
      missingSinceMs = undefined;
      if (whole.frame === "filler") continue;
      if (whole.frame && fits(whole.frame)) frames.push(whole.frame);
      // Broken, or more than a camera may send: what follows is made of it.
      else next = undefined;
      continue;
    }
    if (!hasHole(held, next)) {
      missingSinceMs = undefined;
      break;
    }
    const later = held.findIndex(({ starts, sequence }, index) => index > 0 && starts === "keyframe" && wholeFrame(held.slice(index), sequence));
    if (later > 0) {
      // Newest wins: nothing before it is needed any more.
      held = held.slice(later);
      next = held[0]?.sequence;
      continue;
    }
    missingSinceMs ??= nowMs;
    if (nowMs - missingSinceMs < WAIT_MS && held.length < HELD_MAX) break;
    missingSinceMs = undefined;
    next = undefined;
    // Not the keyframe again that is never going to be whole.
    held = held.slice(1);
  }
  if (held.length >= HELD_MAX) held = held.slice(1 - HELD_MAX);
  return [{ ...state, next, held, missingSinceMs }, { frames, lost: next === undefined }];
}

type Whole = { frame: CameraFrame | "filler" | undefined; parts: number; last: number };

/** From the front of what is held, if it is all there. */
function wholeFrame(held: readonly Part[], next: number): Whole | undefined {
  const [first] = held;
  if (!first || first.sequence !== next) return undefined;
  if (first.data.length === 0) return { frame: "filler", parts: 1, last: first.sequence };
  for (const [index, part] of held.entries()) {
    if (part.sequence !== ((next + index) & 0xffff)) return undefined;
    const broken = part.timestamp !== first.timestamp || (part.starts !== undefined) !== (index === 0);
    if (broken) return { frame: undefined, parts: Math.max(1, index), last: (next + Math.max(0, index - 1)) & 0xffff };
    if (!part.marker) continue;
    const parts = held.slice(0, index + 1);
    return { frame: { keyframe: first.starts === "keyframe", data: Buffer.concat(parts.map(({ data }) => data)) }, parts: index + 1, last: part.sequence };
  }
  return undefined;
}

function fits({ keyframe, data }: CameraFrame): boolean {
  if (data.length > FRAME_BYTES_MAX) return false;
  // RFC 6386, 9.1: a keyframe has its size behind three bytes of tag and three of start code.
  if (!keyframe) return true;
  if (data.length < 10 || data.readUIntBE(3, 3) !== 0x9d012a) return false;
  return Math.max(data.readUInt16LE(6) & 0x3fff, data.readUInt16LE(8) & 0x3fff) <= CAMERA_SIDE_MAX;
}

const hasHole = (held: readonly Part[], next: number | undefined): boolean =>
  next !== undefined && held.some(({ sequence }, index) => sequence !== ((next + index) & 0xffff));

/** In the order of sequence numbers; one that is there already is not held twice. */
function insert(held: readonly Part[], part: Part): readonly Part[] {
  const before = held.filter(({ sequence }) => distance(part.sequence, sequence) < 0);
  const after = held.filter(({ sequence }) => distance(part.sequence, sequence) > 0);
  return [...before, part, ...after];
}

/** From `a` to `b`, around the wrap. */
const distance = (a: number, b: number): number => ((b - a) << 16) >> 16;

function partOf({ sequence, timestamp, marker, payload }: { sequence: number; timestamp: number; marker: boolean; payload: Buffer }): Part | undefined {
  if (payload.length === 0) return { sequence, timestamp, marker, starts: undefined, data: payload };
  const head = readVp8Payload(payload);
  if (!head) return undefined;
  const data = payload.subarray(head.dataAt);
  // The frame's first bit is clear in a keyframe.
  return { sequence, timestamp, marker, starts: head.starts ? (((data[0] ?? 1) & 1) === 0 ? "keyframe" : "delta") : undefined, data };
}
