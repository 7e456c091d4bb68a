// What the server says to a player.

import * as z from "zod/mini";
import { END_REASONS } from "../session/end-reasons.ts";
import { START_STEPS } from "../session/start-steps.ts";
import { InputNeeds, TitleSize } from "../title/manifest.ts";
import { Id, Offer, SignalResult } from "./media.ts";

const Detail = z.string().check(z.maxLength(500));

/** How the player's screen should treat the title: what of the manifest the client needs. */
export const SessionTitle = z.strictObject({
  id: Id,
  name: z.string(),
  size: TitleSize,
  fps: z.int(),
  input: InputNeeds,
});
export type SessionTitle = z.infer<typeof SessionTitle>;

export const ServerToClient = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("welcome"),
    protocol: z.int(),
    playerId: Id,
    token: z.string(),
    /** Sessions of this player that can be resumed. */
    held: z.array(z.strictObject({ sessionId: Id, titleId: Id, untilMs: z.number() })),
  }),
  /** A message was refused; `requestId` is there when it had one. The socket stays open. */
  z.strictObject({ type: z.literal("error"), code: Id, message: Detail, requestId: z.optional(Id) }),
  /** Answers `session.request` and `session.resume`. */
  z.strictObject({ type: z.literal("session.created"), requestId: Id, sessionId: Id, title: SessionTitle }),
  /** No slot yet: place in line, from 1, and an honest guess of the wait. */
  z.strictObject({
    type: z.literal("session.queued"),
    sessionId: Id,
    position: z.int(),
    waitMs: z.optional(z.number()),
  }),
  z.strictObject({ type: z.literal("session.progress"), sessionId: Id, step: z.enum(START_STEPS) }),
  z.strictObject({ type: z.literal("session.offer"), sessionId: Id, offer: Offer }),
  z.strictObject({ type: z.literal("session.signal.reply"), sessionId: Id, callId: z.int(), result: SignalResult }),
  z.strictObject({
    type: z.literal("session.ended"),
    sessionId: Id,
    reason: z.enum(END_REASONS),
    detail: z.optional(Detail),
  }),
  z.strictObject({ type: z.literal("pong"), sentAtMs: z.number(), serverAtMs: z.number() }),
]);
export type ServerToClient = z.infer<typeof ServerToClient>;
