// What a program may do in a player's session, by the player's leave: docs/agent-api.md. The same
// words from the program to the server and from there to the node.

import * as z from "zod/mini";
import { CODES } from "../input/codes.ts";
import type { Runtime } from "../title/manifest.ts";

/** Titles that are phones or pages; a game against others is none of them. */
export const AGENT_RUNTIMES: readonly Runtime[] = ["phone", "web"];

const Pixel = z.number().check(z.gte(0), z.lte(8_192));
/** On the title's screen, in its own pixels. */
const Point = z.strictObject({ x: Pixel, y: Pixel });

export const AgentAction = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("tap"), at: Point, holdMs: z.optional(z.int().check(z.gte(0), z.lte(5_000))) }),
  z.strictObject({ action: z.literal("swipe"), from: Point, to: Point, durationMs: z.optional(z.int().check(z.gte(50), z.lte(5_000))) }),
  z.strictObject({ action: z.literal("type"), text: z.string().check(z.minLength(1), z.maxLength(1_000)) }),
  /** By its `KeyboardEvent.code`. */
  z.strictObject({ action: z.literal("key"), code: z.string().check(z.refine((code) => code in CODES, { error: "not a KeyboardEvent.code" })) }),
]);
export type AgentAction = z.infer<typeof AgentAction>;

export const AgentRequest = z.discriminatedUnion("ask", [
  z.strictObject({ ask: z.literal("act"), act: AgentAction }),
  /** A JPEG, at most so wide; answered with its first piece. */
  z.strictObject({ ask: z.literal("screen"), widthMax: z.optional(z.int().check(z.gte(64), z.lte(1_920))) }),
  /** What can be read on the screen; answered with its first piece. */
  z.strictObject({ ask: z.literal("tree") }),
  /** The next pieces of what was asked for last. */
  z.strictObject({ ask: z.literal("piece"), index: z.int().check(z.gte(1), z.lte(64)) }),
]);
export type AgentRequest = z.infer<typeof AgentRequest>;

/** An answer of several pieces, each fit for one control message: base64 of a part of it. */
export const AgentPiece = z.strictObject({ type: z.string(), pieces: z.int().check(z.gte(1), z.lte(64)), data: z.string() });
export type AgentPiece = z.infer<typeof AgentPiece>;

export const PIECE_BYTES = 30 * 1024;
/** What servers can hand to each other in one message, as base64. */
export const ANSWER_BYTES_MAX = 180 * 1024;

export const GRANT_MINUTES_MAX = 240;
export const AgentSecret = z.string().check(z.regex(/^[A-Za-z0-9_-]{32,64}$/));

/** Names the session and proves the leave: what the player hands to a program. */
export const makeAgentToken = (sessionId: string, secret: string): string => `${sessionId}~${secret}`;

export function parseAgentToken(token: string): { sessionId: string; secret: string } | undefined {
  const [, sessionId, secret] = /^([A-Za-z0-9_.:-]{1,64})~([A-Za-z0-9_-]{32,64})$/.exec(token) ?? [];
  return sessionId !== undefined && secret !== undefined ? { sessionId, secret } : undefined;
}

/** One thing on the title's screen. */
export const TreeNode = z.strictObject({
  role: z.string().check(z.maxLength(60)),
  name: z.string().check(z.maxLength(300)),
  value: z.optional(z.string().check(z.maxLength(300))),
  focused: z.optional(z.boolean()),
  /** Where it is, in the title's pixels; left out where the runtime can't tell. */
  box: z.optional(z.strictObject({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })),
  depth: z.int(),
});
export type TreeNode = z.infer<typeof TreeNode>;
/** Beyond this the rest of a screen is left out. */
export const TREE_NODES_MAX = 250;
