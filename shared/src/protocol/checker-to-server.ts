// What a checker says to the server, on its own socket. The play itself goes by the
// players' door, where nobody can tell it from a player's.

import * as z from "zod/mini";
import { CheckCall } from "../checking/node-calls.ts";
import { CheckReveal, CheckSeal } from "../checking/report.ts";
import { Nonce, PublicKey, Signature } from "../node/identity.ts";
import { Id } from "./media.ts";

export const CheckerToServer = z.discriminatedUnion("type", [
  /** Answers the challenge. Its signature covers the nonce, so a recorded one opens no other link. */
  z.strictObject({
    type: z.literal("checker.enrol"),
    protocol: z.int(),
    publicKey: PublicKey,
    nonce: Nonce,
    /** Who runs it: all checkers of one operator are one opinion. Left out: whoever is at its address. */
    operatorId: z.optional(Id),
    signature: Signature,
  }),
  /** What it found, sealed; answered by `checker.noted`. */
  z.strictObject({ type: z.literal("checker.seal"), seal: CheckSeal }),
  /** What was in the seal, once all are in; answered by `checker.noted`. */
  z.strictObject({ type: z.literal("checker.reveal"), reveal: CheckReveal }),
  /** It can say nothing about the node: somebody else is asked. */
  z.strictObject({ type: z.literal("checker.failed"), epoch: z.int().check(z.gte(0)), taskId: Id, reason: z.string().check(z.maxLength(300)), /** Its own process stood still while it measured. */ void: z.optional(z.literal(true)) }),
  /** A question to the node of a task that this checker has now; answered by `checker.node.reply`. */
  z.strictObject({ type: z.literal("checker.node.call"), callId: Id, taskId: Id, nodeId: Id, call: CheckCall }),
]);
export type CheckerToServer = z.infer<typeof CheckerToServer>;
