// The node's end of a probe: answers each ping at once, measures its own round trips by the player's
// echoes, and signs what it saw (`shared/src/probe/messages.ts` has the picture). Knows no sockets.

import { readProbeFromPlayer, writeProbe, type Echo, type Ping } from "@nearframe/shared/probe/messages";
import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { probeSignedBytes, type ProbeName } from "@nearframe/shared/probe/signed-bytes";
import { summarizeProbe } from "@nearframe/shared/probe/statistics";

export type ProbeAnswersPorts = {
  /** Newest wins; what can't leave now is lost, as on the road. */
  send(bytes: Uint8Array): void;
  nowMs(): number;
  /** Not to be guessed: whoever could, would answer before it heard. */
  random32(): number;
  sign(bytes: Uint8Array): Uint8Array;
  /** Once, when the player says that it has measured. */
  onProbed(result: ProbeResult, signature: Uint8Array): void;
};

type Answer = { nodeToken: number; sentAtMs: number; roundTripMs: number | undefined };

export interface ProbeAnswers {
  /** Bytes of the channel "probe". */
  receive(bytes: Uint8Array): void;
}

export function createProbeAnswers(name: ProbeName, ports: ProbeAnswersPorts): ProbeAnswers {
  /** By number; the layout bounds how many there can be. */
  const answers = new Map<number, Answer>();
  let receipt: Uint8Array | undefined;

  function handlePing({ number, token }: Ping): void {
    // A number counts once: a second ping under it could only move the first one's time.
    if (answers.has(number) || receipt) return;
    const answer: Answer = { nodeToken: ports.random32(), sentAtMs: ports.nowMs(), roundTripMs: undefined };
    answers.set(number, answer);
    ports.send(writeProbe({ kind: "pong", number, token, nodeToken: answer.nodeToken, nodeAtMs: answer.sentAtMs }));
  }

  function handleEcho({ number, nodeToken }: Echo): void {
    const answer = answers.get(number);
    if (!answer || answer.nodeToken !== nodeToken || answer.roundTripMs !== undefined) return;
    answer.roundTripMs = ports.nowMs() - answer.sentAtMs;
  }

  /** The player asks until it is answered; what was signed once stays. */
  function handleFinish(count: number): void {
    receipt ??= conclude(count);
    if (receipt) ports.send(receipt);
  }

  function conclude(count: number): Uint8Array | undefined {
    const result = summarizeProbe(Array.from({ length: count }, (_, number) => answers.get(number)?.roundTripMs));
    // Not one echo came: there is nothing to sign yet.
    if (!result) return undefined;
    const signature = ports.sign(probeSignedBytes(name, result));
    ports.onProbed(result, signature);
    return writeProbe({ kind: "receipt", signature });
  }

  return {
    receive(bytes) {
      const message = readProbeFromPlayer(bytes);
      switch (message?.kind) {
        case "ping":
          return handlePing(message);
        case "echo":
          return handleEcho(message);
        case "finish":
          return handleFinish(message.count);
        case undefined:
          return;
      }
    },
  };
}
