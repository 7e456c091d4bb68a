// What a checker hands in: whether it is taken, and what it is told. Pure.

import type { VerifySignature } from "@nearframe/shared/checking/referee";
import { signedText } from "@nearframe/shared/node/identity";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import type { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import { isWorking, refuseReveal, refuseSeal, type Epoch, type EpochEvent } from "./epoch.ts";

export type Heard = { event?: EpochEvent; answer?: ServerToChecker };

export function hearChecker(running: Epoch, checkerId: string, message: CheckerToServer, nowMs: number, verify: VerifySignature): Heard {
  const publicKey = running.opened.checkers.find((each) => each.checkerId === checkerId)?.publicKey;
  // It came after this epoch had begun.
  if (publicKey === undefined) return {};
  const signed = (by: string, words: { signature: string }) => by === checkerId && verify(publicKey, signedText(words), words.signature);
  switch (message.type) {
    case "checker.seal": {
      const { seal } = message;
      const reason = signed(seal.checkerId, seal) ? refuseSeal(running, seal) : NOT_YOURS;
      return { ...(reason === undefined && { event: { type: "sealed", seal } }), answer: answerTo("seal", seal, reason) };
    }
    case "checker.reveal": {
      const { reveal } = message;
      const { report } = reveal;
      const reason = signed(report.checkerId, report) ? refuseReveal(running, reveal) : NOT_YOURS;
      return { ...(reason === undefined && { event: { type: "revealed", reveal } }), answer: answerTo("reveal", report, reason) };
    }
    case "checker.failed": {
      const { taskId, epoch, reason } = message;
      const state = running.tasks.get(taskId);
      if (epoch !== running.opened.epoch || !state || !isWorking(state, checkerId, nowMs)) return {};
      return { event: { type: "replaced", taskId, checkerId, reason, ...(message.void && { void: true }) } };
    }
    default:
      return {};
  }
}

const NOT_YOURS = "it is not signed by your key";

/** What is here already is noted once more: the first answer may have been lost. */
function answerTo(what: "seal" | "reveal", { epoch, taskId }: { epoch: number; taskId: string }, reason: string | undefined): ServerToChecker {
  if (reason === undefined || reason === "again") return { type: "checker.noted", what, epoch, taskId };
  return { type: "checker.refused", what, epoch, taskId, reason };
}
