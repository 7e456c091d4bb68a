// The player's end of a probe: a dozen numbered pings over a candidate's path, their
// round trips, and the node's receipt (`shared/src/probe/messages.ts` has the picture).

import { randomInt } from "node:crypto";
import type { Scope } from "@nearframe/shared/lifetime";
import { readProbeFromNode, writeProbe } from "@nearframe/shared/probe/messages";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { summarizeProbe } from "@nearframe/shared/probe/statistics";

const PINGS = 12;
const PING_EVERY_MS = 10;
/** What a path whose answers are late is given, after its last ping. */
const ANSWER_WAIT_MS = 100;
const FINISH_EVERY_MS = 40;
const FINISHES_MAX = 25;

export interface CandidateProbe {
  receive(bytes: Uint8Array): void;
}

export function startCandidateProbe(
  send: (bytes: Uint8Array) => void,
  onProbed: (result: ProbeResult, receipt: string) => void,
  scope: Scope,
): CandidateProbe {
  const pings: { token: number; sentAtMs: number; roundTripMs: number | undefined }[] = [];
  let finishes = 0;
  let done = false;
  let timer: NodeJS.Timeout | undefined;
  scope.own(undefined, () => clearTimeout(timer));

  function ping(): void {
    const token = randomInt(2 ** 32);
    pings.push({ token, sentAtMs: performance.now(), roundTripMs: undefined });
    send(writeProbe({ kind: "ping", number: pings.length - 1, token }));
    timer = pings.length < PINGS ? setTimeout(ping, PING_EVERY_MS) : setTimeout(finish, ANSWER_WAIT_MS);
  }

  function finish(): void {
    clearTimeout(timer);
    if (finishes === FINISHES_MAX || scope.closed) return;
    finishes += 1;
    send(writeProbe({ kind: "finish", count: pings.length }));
    timer = setTimeout(finish, FINISH_EVERY_MS);
  }

  ping();
  return {
    receive(bytes) {
      const message = readProbeFromNode(bytes);
      if (!message || done || scope.closed) return;
      if (message.kind === "pong") {
        const asked = pings[message.number];
        if (!asked || asked.token !== message.token || asked.roundTripMs !== undefined) return;
        asked.roundTripMs = performance.now() - asked.sentAtMs;
        send(writeProbe({ kind: "echo", number: message.number, nodeToken: message.nodeToken }));
        if (finishes === 0 && pings.length === PINGS && pings.every(({ roundTripMs }) => roundTripMs !== undefined)) finish();
        return;
      }
      const result = summarizeProbe(pings.map(({ roundTripMs }) => roundTripMs));
      if (finishes === 0 || !result) return;
      done = true;
      clearTimeout(timer);
      onProbed(result, Buffer.from(message.signature).toString("base64url"));
    },
  };
}
