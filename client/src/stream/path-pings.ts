// Asks the node five times a second, and keeps the round trips until they are taken. A ping that
// is lost is lost: others follow.

import type { Scope } from "@nearframe/shared/lifetime";
import { readPathPong, writePathPing } from "@nearframe/shared/media/path-ping";
import type { Timers } from "../timers.ts";
import type { ClockSample } from "./clock-offset.ts";
import type { SendChannel } from "./receiver.ts";

export interface PathPings {
  connect(channel: SendChannel | undefined): void;
  /** False for bytes that are no answer. */
  handle(bytes: Uint8Array): boolean;
  /** Median of the round trips since the last call; undefined when no answer came. */
  takeRoundTripMs(): number | undefined;
}

export const PING_EVERY_MS = 200;
/** Somebody must take them once a second. */
const KEPT_MAX = 64;
/** A ping behind these bytes would measure this page's own queue. */
const WAITING_BYTES_MAX = 256;

export function createPathPings(scope: Scope, timers: Timers, onAnswer: (sample: ClockSample) => void): PathPings {
  let channel: SendChannel | undefined;
  let roundTripsMs: number[] = [];
  let stop = () => {};
  const ask = () => {
    if (channel && channel.bufferedBytes <= WAITING_BYTES_MAX) channel.send(writePathPing({ sentAtMs: timers.monotonicMs() }));
    stop = timers.after(PING_EVERY_MS, ask);
  };
  scope.own(undefined, () => stop());
  ask();
  return {
    connect(next) {
      channel = next;
      roundTripsMs = [];
    },
    handle(bytes) {
      const heardAtMs = timers.monotonicMs();
      const pong = readPathPong(bytes);
      if (!pong) return false;
      // Of a path before this one, or of a node that makes it up.
      if (!channel || pong.sentAtMs > heardAtMs) return true;
      roundTripsMs = [...roundTripsMs, heardAtMs - pong.sentAtMs].slice(-KEPT_MAX);
      onAnswer({ ...pong, heardAtMs });
      return true;
    },
    takeRoundTripMs() {
      const sorted = roundTripsMs.toSorted((a, b) => a - b);
      roundTripsMs = [];
      return sorted[Math.floor((sorted.length - 1) / 2)];
    },
  };
}
