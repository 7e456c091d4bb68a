// Numbers that were asked to be shown, and when they were seen. Pure.
//
// They are asked for late in a watch: a node that behaves from the first question on, because
// players ask less often, has been watched by then.

import { CHALLENGE_EVERY_MS } from "@nearframe/shared/protocol/session-control";
import { median } from "./freezes.ts";

/** What comes later than this is not counted as seen. */
export const NONCE_WAIT_MS = 1_000;
const NONCES_MAX = 5;
const APART_MS = 1.2 * CHALLENGE_EVERY_MS;
/** Not in step with anything. */
const JITTER_MS = 400;

export type AskedNonce = { nonce: number; askedAtMs: number; seenAtMs?: number };

/** When to ask, from the start of a watch: as many as fit into its later part, at moments nobody foresees. */
export function challengeTimes(watchMs: number, random: () => number): number[] {
  const roomMs = 0.75 * watchMs - NONCE_WAIT_MS;
  const count = Math.min(NONCES_MAX, Math.max(0, Math.floor(roomMs / (APART_MS + JITTER_MS))));
  let atMs = watchMs - NONCE_WAIT_MS;
  return Array.from({ length: count }, () => {
    const askMs = atMs - JITTER_MS * random();
    atMs = askMs - APART_MS;
    return askMs;
  }).toReversed();
}

export function seeNonce(asked: readonly AskedNonce[], nonce: number, atMs: number): AskedNonce[] {
  return asked.map((each) => {
    const afterMs = atMs - each.askedAtMs;
    const isAnswer = each.nonce === nonce && each.seenAtMs === undefined && afterMs >= 0 && afterMs <= NONCE_WAIT_MS;
    return isAnswer ? { ...each, seenAtMs: atMs } : each;
  });
}

export function summariseNonces(asked: readonly AskedNonce[]): { noncesAsked: number; noncesSeen: number; nonceMs?: number } {
  const answersMs = asked.flatMap(({ askedAtMs, seenAtMs }) => (seenAtMs === undefined ? [] : [seenAtMs - askedAtMs]));
  return {
    noncesAsked: asked.length,
    noncesSeen: answersMs.length,
    ...(answersMs.length > 0 ? { nonceMs: median(answersMs) } : {}),
  };
}
