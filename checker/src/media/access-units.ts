// RTP packets to coded pictures. Pure: packets in, whole pictures out, in order.
//
// A packet that is missing is waited for a little, as its repair may be under way;
// then everything up to the next keyframe is given up, as a browser does, since it
// can't be shown rightly.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import * as av1 from "./av1.ts";
import * as h264 from "./h264.ts";
import * as vp8 from "./vp8.ts";

export type VideoPacket = { sequence: number; timestamp: number; marker: boolean; payload: Buffer };
export type AccessUnit = { timestamp: number; keyframe: boolean; data: Buffer; completeAtMs: number };

export type Assembly = {
  /** Extended by wraps, so that it only grows. */
  readonly nextSequence: number | undefined;
  readonly waiting: ReadonlyMap<number, VideoPacket & { atMs: number }>;
  readonly current: readonly VideoPacket[];
  /** Nothing can be decoded until a keyframe comes. */
  readonly broken: boolean;
};
export const NOTHING_ASSEMBLED: Assembly = { nextSequence: undefined, waiting: new Map(), current: [], broken: true };

/** Several round trips of a repair on a good path. */
const REPAIR_WAIT_MS = 250;
/** Half a second at 30 Mbit/s. */
const WAITING_MAX = 1_600;

export type Assembled = { units: AccessUnit[]; /** A keyframe should be asked for. */ broke: boolean };

/** How each codec is cut into payloads. */
const PAYLOADS: Readonly<Record<VideoCodec, { depacketise(payloads: readonly Buffer[]): Buffer | undefined; startsKeyframe(payloads: readonly Buffer[]): boolean }>> = { H264: h264, VP8: vp8, AV1: av1 };

export function assemble(state: Assembly, packet: VideoPacket, nowMs: number, codec: VideoCodec = "H264"): [Assembly, Assembled] {
  const { depacketise, startsKeyframe } = PAYLOADS[codec];
  const sequence = extend(packet.sequence, state.nextSequence);
  let next = state.nextSequence ?? sequence;
  // Too late, or padding that was given up.
  if (sequence < next) return [state, { units: [], broke: false }];
  const waiting = new Map(state.waiting).set(sequence, { ...packet, atMs: nowMs });
  let current = [...state.current];
  let { broken } = state;
  let broke = false;
  const units: AccessUnit[] = [];
  for (;;) {
    const due = waiting.get(next);
    if (!due) {
      const [first] = [...waiting].toSorted(([a], [b]) => a - b);
      const late = first !== undefined && (nowMs - first[1].atMs > REPAIR_WAIT_MS || waiting.size > WAITING_MAX);
      if (!late) break;
      next = first[0];
      current = [];
      broke ||= !broken;
      broken = true;
      continue;
    }
    waiting.delete(next);
    next += 1;
    // Bandwidth probes carry nothing.
    if (due.payload.length === 0) continue;
    if (current[0] && current[0].timestamp !== due.timestamp) current = [];
    current.push(due);
    if (!due.marker) continue;
    const payloads = current.map(({ payload }) => payload);
    current = [];
    const keyframe = startsKeyframe(payloads);
    if (broken && !keyframe) continue;
    const data = depacketise(payloads);
    if (!data) {
      broke ||= !broken;
      broken = true;
      continue;
    }
    broken = false;
    units.push({ timestamp: due.timestamp, keyframe, data, completeAtMs: nowMs });
  }
  return [{ nextSequence: next, waiting, current, broken }, { units, broke }];
}

/** The number nearest to `near` that has these 16 low bits. */
function extend(sequence: number, near: number | undefined): number {
  // A wrap below, so that what is just before the first packet is not taken for far ahead.
  if (near === undefined) return sequence + 0x1_0000;
  const difference = (((sequence - near) & 0xffff) ^ 0x8000) - 0x8000;
  return near + difference;
}
