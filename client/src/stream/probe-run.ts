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
  let done = false;
  scope.own(undefined, () => stopTimer());

  function ping(): void {
    const token = ports.random32();
    pings.push({ token, sentAtMs: timers.monotonicMs(), roundTripMs: undefined });
    ports.send(writeProbe({ kind: "ping", number: pings.length - 1, token }));
    const last = pings.length === PINGS || timers.monotonicMs() + PING_EVERY_MS >= finishByMs();
    stopTimer = last ? timers.after(Math.max(0, finishByMs() - timers.monotonicMs()), finish) : timers.after(PING_EVERY_MS, ping);
  }

  /** The receipt needs a round trip too; how long that is shows in those before. */
  function finishByMs(): number {
    const slowestMs = pings.reduce((most, { roundTripMs = 0 }) => Math.max(most, roundTripMs), 0);
    const allSentMs = (pings[0]?.sentAtMs ?? 0) + PINGS * PING_EVERY_MS;
    const latestMs = deadlineMs - Math.max(ANSWER_WAIT_MS_MIN, slowestMs * 1.5);
    // One that is not back after twice the slowest is lost.
    return pings.length === PINGS ? Math.min(latestMs, allSentMs + Math.max(ANSWER_WAIT_MS_MIN, slowestMs * 2)) : latestMs;
  }

  function handlePong({ number, token, nodeToken }: Pong): void {
    const asked = pings[number];
    if (!asked || asked.token !== token || asked.roundTripMs !== undefined || done) return;
    asked.roundTripMs = timers.monotonicMs() - asked.sentAtMs;
    ports.send(writeProbe({ kind: "echo", number, nodeToken }));
    if (finishes === 0 && pings.length === PINGS && pings.every(({ roundTripMs }) => roundTripMs !== undefined)) finish();
  }

  /** Said until the receipt comes, as anything on this channel may be lost. */
  function finish(): void {
    stopTimer();
    if (finishes === FINISHES_MAX) return;
    finishes += 1;
    ports.send(writeProbe({ kind: "finish", count: pings.length }));
    stopTimer = timers.after(FINISH_EVERY_MS, finish);
  }

  function handleReceipt(signature: Uint8Array): void {
    const result = summarizeProbe(pings.map(({ roundTripMs }) => roundTripMs));
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
