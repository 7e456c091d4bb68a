// What the server says to a checker.

import * as z from "zod/mini";
import { Assignment } from "../checking/assignment.ts";
import { CheckResult } from "../checking/node-calls.ts";
import { Nonce } from "../node/identity.ts";
import { Id } from "./media.ts";

const Epoch = z.int().check(z.gte(0));

export const ServerToChecker = z.discriminatedUnion("type", [
  /** First on every link. */
  z.strictObject({ type: z.literal("checker.challenge"), nonce: Nonce }),
  /** It is enrolled; in whose name, and in which network. */
  z.strictObject({ type: z.literal("checker.welcome"), protocol: z.int(), checkerId: Id, operatorId: Id, networkId: Id }),
  /** May come again, where the server can't know whether it was heard. */
  z.strictObject({
    type: z.literal("checker.task"),
    epoch: Epoch,
    taskId: Id,
    assignment: Assignment,
    /** A guest's token, for a check that plays: whoever shows it is placed on the node. */
    token: z.optional(z.string().check(z.maxLength(2048))),
    /** Sealed after this is too late. */
    withinMs: z.int().check(z.gte(0)),
  }),
  /** Somebody else does it, or nobody: what is found is of no use any more. */
  z.strictObject({ type: z.literal("checker.task.void"), epoch: Epoch, taskId: Id, reason: z.string().check(z.maxLength(300)) }),
  /** All seals of this epoch are in. */
  z.strictObject({ type: z.literal("checker.reveal.ask"), epoch: Epoch }),
  z.strictObject({ type: z.literal("checker.noted"), what: z.enum(["seal", "reveal"]), epoch: Epoch, taskId: Id }),
  /** It will not be noted however often it is said. */
  z.strictObject({ type: z.literal("checker.refused"), what: z.enum(["seal", "reveal"]), epoch: Epoch, taskId: Id, reason: z.string().check(z.maxLength(300)) }),
  z.strictObject({ type: z.literal("checker.node.reply"), callId: Id, result: CheckResult }),
  z.strictObject({ type: z.literal("error"), code: Id, message: z.string() }),
]);
export type ServerToChecker = z.infer<typeof ServerToChecker>;
