// The player's end of a probe: a dozen numbered pings over a candidate's path, their round trips,
// and the node's receipt (`shared/src/probe/messages.ts` has the picture). Knows no transport.

import type { Scope } from "@nearframe/shared/lifetime";
import { readProbeFromNode, SIGNATURE_BYTES, writeProbe, type Pong } from "@nearframe/shared/probe/messages";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { summarizeProbe } from "@nearframe/shared/probe/statistics";
import type { Timers } from "../timers.ts";

export const PINGS = 12;
export const PING_EVERY_MS = 10;
/** A path whose answers are not in by then is told of without them. */
const ANSWER_WAIT_MS_MIN = 20;
const FINISH_EVERY_MS = 40;
/** A node that can't be heard for a second is not going to be chosen. */
const FINISHES_MAX = 25;

export type Probed = { result: ProbeResult; receipt: string };

export type ProbeRunPorts = {
  /** Drops what can't leave now. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  timers: Timers;
  /** Not to be guessed: whoever could, would answer before it heard. */
  random32(): number;
  onProbed(probed: Probed): void;
};

export interface ProbeRun {
  /** Bytes of the channel "probe". */
  receive(bytes: Uint8Array): void;
}

/** Starts at once, with as many pings as let it be over by `deadlineMs` on a path like the one it finds. */
export function startProbe(scope: Scope, deadlineMs: number, ports: ProbeRunPorts): ProbeRun {
  const { timers } = ports;
  const pings: { token: number; sentAtMs: number; roundTripMs: number | undefined }[] = [];
  let stopTimer = () => {};
  let finishes = 0;
  /** How many of the pings are told of; fixed as the first end is said. */
  let counted = 0;
  let done = false;
  scope.own(undefined, () => stopTimer());

  function ping(): void {
    const token = ports.random32();
    pings.push({ token, sentAtMs: timers.monotonicMs(), roundTripMs: undefined });
    ports.send(writeProbe({ kind: "ping", number: pings.length - 1, token }));
    const more = pings.length < PINGS && timers.monotonicMs() + PING_EVERY_MS < finishByMs();
    if (more) stopTimer = timers.after(PING_EVERY_MS, ping);
    else finishInTime();
  }

  /** What comes back meanwhile says how long it is worth to wait. */
  function finishInTime(): void {
    const waitMs = finishByMs() - timers.monotonicMs();
    if (waitMs <= 0) return finish();
    stopTimer = timers.after(Math.min(waitMs, PING_EVERY_MS), finishInTime);
  }

  const slowestMs = () => pings.reduce((most, { roundTripMs = 0 }) => Math.max(most, roundTripMs), 0);

  function finishByMs(): number {
    const slowest = slowestMs();
    if (slowest === 0) return deadlineMs;
    // The receipt needs a round trip too.
    const latestMs = deadlineMs - Math.max(ANSWER_WAIT_MS_MIN, slowest * 1.5);
    const lastSentAtMs = pings.at(-1)?.sentAtMs ?? 0;
    // One that is not back after twice the slowest is lost.
    return pings.length === PINGS ? Math.min(latestMs, lastSentAtMs + Math.max(ANSWER_WAIT_MS_MIN, slowest * 2)) : latestMs;
  }

  function handlePong({ number, token, nodeToken }: Pong): void {
    const asked = pings[number];
    if (!asked || asked.token !== token || asked.roundTripMs !== undefined || done) return;
    asked.roundTripMs = timers.monotonicMs() - asked.sentAtMs;
    ports.send(writeProbe({ kind: "echo", number, nodeToken }));
    if (finishes === 0 && pings.length === PINGS && pings.every(({ roundTripMs }) => roundTripMs !== undefined)) finish();
  }

  /** What is still under way when the time is up is not lost, and is left out by both ends. */
  function countKnown(): number {
    const lastSentAtMs = pings.at(-1)?.sentAtMs ?? 0;
    if (timers.monotonicMs() - lastSentAtMs >= slowestMs() * 2) return pings.length;
    return pings.findLastIndex(({ roundTripMs }) => roundTripMs !== undefined) + 1;
  }

  /** Said until the receipt comes, as anything on this channel may be lost. */
  function finish(): void {
    stopTimer();
    if (finishes === FINISHES_MAX) return;
    if (finishes === 0) counted = countKnown();
    finishes += 1;
    ports.send(writeProbe({ kind: "finish", count: counted }));
    stopTimer = timers.after(FINISH_EVERY_MS, finish);
  }

  function handleReceipt(signature: Uint8Array): void {
    const result = summarizeProbe(pings.slice(0, counted).map(({ roundTripMs }) => roundTripMs));
    if (finishes === 0 || done || !result) return;
    done = true;
    stopTimer();
    ports.onProbed({ result, receipt: toBase64Url(signature) });
  }

  ping();
  return {
    receive(bytes) {
      if (scope.closed) return;
      const message = readProbeFromNode(bytes);
      if (message?.kind === "pong") handlePong(message);
      if (message?.kind === "receipt" && message.signature.length === SIGNATURE_BYTES) handleReceipt(message.signature);
    },
  };
}

function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
