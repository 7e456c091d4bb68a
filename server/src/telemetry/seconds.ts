// A second of a session as it is kept in memory: the ends' samples, flat, with
// the time at which they end, and how they lie in an array of numbers.
//
// PERF: written out field by field. By a list of names a sample took 1.4 us to
// keep and a minute 240 us to score; so they take 0.75 us and 120 us.

import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";

/** `endMs` on the server's steady clock; the second began `durationMs` before. */
export type Timed<S> = S & { endMs: number };

export type PlayerSecond = Omit<PlayerSample, "clickToPhoton"> & {
  /** 0 if no input drew anything; then the percentiles are absent. */
  clickToPhotonCount: number;
  clickToPhotonMsP50?: number | undefined;
  clickToPhotonMsP95?: number | undefined;
  clickToPhotonMsP99?: number | undefined;
};
export type NodeSecond = NodeSample;

export interface SecondLayout<S> {
  /** Numbers that a second takes. */
  readonly size: number;
  write(second: S, into: Float32Array, at: number): void;
  read(from: Float32Array, at: number, endMs: number): Timed<S>;
}

export function playerSecond({ clickToPhoton, ...sample }: PlayerSample): PlayerSecond {
  if (!clickToPhoton || clickToPhoton.count === 0) return { ...sample, clickToPhotonCount: 0 };
  const { count, p50Ms, p95Ms, p99Ms } = clickToPhoton;
  return {
    ...sample,
    clickToPhotonCount: count,
    clickToPhotonMsP50: p50Ms,
    clickToPhotonMsP95: p95Ms,
    clickToPhotonMsP99: p99Ms,
  };
}

export const PLAYER_LAYOUT: SecondLayout<PlayerSecond> = {
  size: 18,
  write(second, into, at) {
    into[at] = second.durationMs;
    into[at + 1] = second.width;
    into[at + 2] = second.height;
    into[at + 3] = second.framesShown;
    into[at + 4] = second.framesDropped;
    into[at + 5] = second.receivedKbps;
    into[at + 6] = second.packetsLost;
    into[at + 7] = second.lossShare;
    into[at + 8] = second.roundTripMs ?? Number.NaN;
    into[at + 9] = second.jitterBufferMs ?? Number.NaN;
    into[at + 10] = second.decodeMs ?? Number.NaN;
    into[at + 11] = second.freezes;
    into[at + 12] = second.freezeMs;
    into[at + 13] = second.audioGapMs;
    into[at + 14] = second.clickToPhotonCount;
    into[at + 15] = second.clickToPhotonMsP50 ?? Number.NaN;
    into[at + 16] = second.clickToPhotonMsP95 ?? Number.NaN;
    into[at + 17] = second.clickToPhotonMsP99 ?? Number.NaN;
  },
  read(from, at, endMs) {
    return {
      endMs,
      durationMs: figure(from, at),
      width: figure(from, at + 1),
      height: figure(from, at + 2),
      framesShown: figure(from, at + 3),
      framesDropped: figure(from, at + 4),
      receivedKbps: figure(from, at + 5),
      packetsLost: figure(from, at + 6),
      lossShare: figure(from, at + 7),
      roundTripMs: optional(from, at + 8),
      jitterBufferMs: optional(from, at + 9),
      decodeMs: optional(from, at + 10),
      freezes: figure(from, at + 11),
      freezeMs: figure(from, at + 12),
      audioGapMs: figure(from, at + 13),
      clickToPhotonCount: figure(from, at + 14),
      clickToPhotonMsP50: optional(from, at + 15),
      clickToPhotonMsP95: optional(from, at + 16),
      clickToPhotonMsP99: optional(from, at + 17),
    };
  },
};

export const NODE_LAYOUT: SecondLayout<NodeSecond> = {
  size: 14,
  write(second, into, at) {
    into[at] = second.durationMs;
    into[at + 1] = second.framesSent;
    into[at + 2] = second.framesRepeated;
    into[at + 3] = second.keyframes;
    into[at + 4] = second.sentKbps;
    into[at + 5] = second.targetKbps;
    into[at + 6] = second.targetFps;
    into[at + 7] = second.availableKbps ?? Number.NaN;
    into[at + 8] = second.captureWaitMsP95;
    into[at + 9] = second.encodeMsP50;
    into[at + 10] = second.encodeMsP95;
    into[at + 11] = second.sendMsP95;
    into[at + 12] = second.roundTripMs ?? Number.NaN;
    into[at + 13] = second.lossShare ?? Number.NaN;
  },
  read(from, at, endMs) {
    return {
      endMs,
      durationMs: figure(from, at),
      framesSent: figure(from, at + 1),
      framesRepeated: figure(from, at + 2),
      keyframes: figure(from, at + 3),
      sentKbps: figure(from, at + 4),
      targetKbps: figure(from, at + 5),
      targetFps: figure(from, at + 6),
      availableKbps: optional(from, at + 7),
      captureWaitMsP95: figure(from, at + 8),
      encodeMsP50: figure(from, at + 9),
      encodeMsP95: figure(from, at + 10),
      sendMsP95: figure(from, at + 11),
      roundTripMs: optional(from, at + 12),
      lossShare: optional(from, at + 13),
    };
  },
};

function figure(from: Float32Array, at: number): number {
  return from[at] ?? Number.NaN;
}

/** What is absent is kept as NaN, which no schema lets in. */
function optional(from: Float32Array, at: number): number | undefined {
  const value = figure(from, at);
  return Number.isNaN(value) ? undefined : value;
}
