// What is wrong with the way between player and machine, as one of a few things that a
// person can do something about. Pure.

import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import type { History } from "./history.ts";

export const VERDICTS = [
  "measuring", "good", "silent", "loss", "delay", "unsteady", "far", "decoder", "machine",
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What the device hangs on, where its browser tells (Network Information API). */
export const CONNECTIONS = ["wifi", "cellular", "unknown"] as const;
export type Connection = (typeof CONNECTIONS)[number];

/** A verdict of fewer seconds would change with every one. */
const SECONDS_MIN = 3;
/** What a player feels now, not what was mended half a minute ago. */
const RECENT_MS = 10_000;
/** Repairs of more than this are seen or heard. */
const LOSS_SHARE_MAX = 0.01;
/** A queue on the way: the round trip this far above its best of the minute. */
const QUEUE_MS_MAX = 60;
/** The best round trip; at more the machine is too far away to feel near. */
const FAR_MS = 80;
const FREEZES_MAX = 2;
const DROPPED_SHARE_MAX = 0.05;

/** The first that holds: what hurts most comes first. */
export function judgeNetwork(history: History, limit: StreamLimit | undefined): Verdict {
  const newest = history.at(-1);
  if (!newest || history.length < SECONDS_MIN) return "measuring";
  if (limit === "link-silent") return "silent";
  const recent = history.filter(({ atMs }) => atMs > newest.atMs - RECENT_MS).map(({ sample }) => sample);
  const sum = (of: (sample: (typeof recent)[number]) => number) => recent.reduce((total, each) => total + of(each), 0);
  if (limit === "link-loss" || sum(({ lossShare }) => lossShare) / recent.length > LOSS_SHARE_MAX) return "loss";
  const roundTripsMs = history.flatMap(({ sample }) => sample.roundTripMs ?? []);
  const bestMs = Math.min(...roundTripsMs);
  const worstMs = Math.max(...recent.flatMap(({ roundTripMs }) => roundTripMs ?? []));
  if (limit === "link-delay" || worstMs - bestMs > QUEUE_MS_MAX) return "delay";
  const dropped = sum(({ framesDropped }) => framesDropped);
  const arrived = dropped + sum(({ framesShown }) => framesShown);
  if (limit === "player-decoder" || dropped > arrived * DROPPED_SHARE_MAX) return "decoder";
  if (limit === "node-encoder") return "machine";
  if (sum(({ freezes }) => freezes) >= FREEZES_MAX) return "unsteady";
  return bestMs > FAR_MS && Number.isFinite(bestMs) ? "far" : "good";
}

/** `navigator.connection.type`, which only some browsers have. */
export function connectionOf(navigator: Navigator): Connection {
  const { connection } = navigator as Navigator & { connection?: { type?: string } };
  const type = connection?.type;
  return type === "wifi" || type === "cellular" ? type : "unknown";
}
