// What a phone and the playing browser say to each other beside the pad's own bytes
// (`shared/input/messages.ts`), as JSON.

import * as z from "zod/mini";

const Ms = z.number().check(z.gte(0), z.lte(60_000));

export const PadMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ping"), id: z.int() }),
  /** `onwardMs`: the browser's own round trip to the node, from where the title gets its input. */
  z.strictObject({ type: z.literal("pong"), id: z.int(), onwardMs: z.optional(Ms) }),
]);
export type PadMessage = z.infer<typeof PadMessage>;

/** What is carried by the server between two members: whose line it is for, and simple-peer's own word. */
export const PeerSignal = z.strictObject({ topic: z.enum(["pad", "voice"]), call: z.string().check(z.maxLength(40)), signal: z.looseObject({}) });
export type PeerSignal = z.infer<typeof PeerSignal>;
