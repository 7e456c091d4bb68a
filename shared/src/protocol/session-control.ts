// The reliable channel between player and node, beside the media: small JSON
// messages that don't belong to the server.

import * as z from "zod/mini";
import { AgentSecret, GRANT_MINUTES_MAX } from "../agent/agent.ts";
import { PADS_MAX } from "../input/messages.ts";
import { SENSES } from "../title/senses.ts";
import { STREAM_LIMITS } from "../qoe/stream-limit.ts";

const Ms = z.number();
const Share = z.number().check(z.gte(0), z.lte(1));
/** What browsers play in one piece (Gamepad extensions, `playEffect`); a title that goes on is told again. */
export const RUMBLE_MS_MAX = 5_000;
/** What was copied beyond this is cut: it goes through a channel of small messages. */
export const CLIPBOARD_CHARACTERS_MAX = 8_192;

/** 16 bits: who guesses is right once in 65,536 times, and is asked more than once. */
export const CHALLENGE_NONCES = 0x1_0000;
export const CHALLENGE_EVERY_MS = 1_000;

export const PlayerToNode = z.discriminatedUnion("type", [
  /** Answered at once, so that the player knows the round trip and the node's clock. */
  z.strictObject({ type: z.literal("ping"), id: z.int(), sentAtMs: Ms }),
  /** The decoder is stuck; PLI does the same, but only when the decoder noticed. */
  z.strictObject({ type: z.literal("keyframe") }),
  /** A page that nobody sees shows no frame, and so tells of none: that is not the link's fault. Seen until told otherwise. */
  z.strictObject({ type: z.literal("presence"), visible: z.boolean() }),
  /** "Go on": the title was paused, and its player is there. */
  z.strictObject({ type: z.literal("wake") }),
  /** The player lets the title have this from now on; answered by `sense`. Holds for this page of the player's only. */
  z.strictObject({ type: z.literal("sense.grant"), sense: z.enum(SENSES) }),
  /** At once: nothing of it reaches the title any more. */
  z.strictObject({ type: z.literal("sense.revoke"), sense: z.enum(SENSES) }),
  /** A program may use the session for so long: answered by `agent.granted`. The one before ends. */
  z.strictObject({ type: z.literal("agent.grant"), minutes: z.int().check(z.gte(1), z.lte(GRANT_MINUTES_MAX)) }),
  z.strictObject({ type: z.literal("agent.revoke") }),
  /** Where the player's device is, as exactly as the player wants it known. */
  z.strictObject({
    type: z.literal("location"),
    latitude: z.number().check(z.gte(-90), z.lte(90)),
    longitude: z.number().check(z.gte(-180), z.lte(180)),
    accuracyM: z.number().check(z.gte(0), z.lte(10_000_000)),
  }),
  /** No more than this, whatever the link carries: a player's data is not free. What is left out has no limit. */
  z.strictObject({
    type: z.literal("prefer"),
    maxHeight: z.optional(z.int().check(z.gte(90), z.lte(4_320))),
    maxFps: z.optional(z.int().check(z.gte(10), z.lte(240))),
    maxKbps: z.optional(z.int().check(z.gte(200), z.lte(1_000_000))),
  }),
  /**
   * Show this in the picture, within 250 ms and for some frames (`media/nonce-pattern.ts`): a picture that was recorded
   * can't. Anybody who plays may ask; more often than `CHALLENGE_EVERY_MS` the node need not answer.
   */
  z.strictObject({ type: z.literal("challenge"), nonce: z.int().check(z.gte(0), z.lt(CHALLENGE_NONCES)) }),
  /** About once a second: how the player's decoder keeps up. */
  z.strictObject({
    type: z.literal("report"),
    framesReceived: z.int().check(z.gte(0), z.lte(10_000)),
    framesDropped: z.int().check(z.gte(0), z.lte(10_000)),
    decodeMs: z.number().check(z.gte(0), z.lte(10_000)),
  }),
]);
export type PlayerToNode = z.infer<typeof PlayerToNode>;
/** What a player wants no more of. */
export type Preference = Omit<Extract<PlayerToNode, { type: "prefer" }>, "type">;

/** How a player was away when the title was paused. */
export const PAUSE_REASONS = ["dropped", "hidden", "untouched"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** Kinds of text fields, as phones' keyboards tell them apart (HTML's `inputmode`, and "password"). */
export const FIELD_KINDS = ["text", "search", "email", "url", "tel", "decimal", "password"] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export const NodeToPlayer = z.discriminatedUnion("type", [
  /** Times on the node's monotonic clock. */
  z.strictObject({ type: z.literal("pong"), id: z.int(), sentAtMs: Ms, nodeAtMs: Ms }),
  /** What holds the picture back now; told when it changes. */
  z.strictObject({ type: z.literal("limit"), limit: z.enum(STREAM_LIMITS) }),
  /** The title stands still until its player is there again; the session ends in `endsInMs` without one. */
  z.strictObject({ type: z.literal("paused"), why: z.enum(PAUSE_REASONS), endsInMs: z.int().check(z.gte(0)) }),
  z.strictObject({ type: z.literal("resumed") }),
  /** Whether the title has this of the player's now; "refused" with why it can't. */
  z.strictObject({
    type: z.literal("sense"),
    sense: z.enum(SENSES),
    state: z.enum(["on", "off", "refused"]),
    reason: z.optional(z.string().check(z.maxLength(300))),
  }),
  /** What the player hands to a program of choice; it holds for so long, unless it is taken back. */
  z.strictObject({ type: z.literal("agent.granted"), secret: AgentSecret, expiresInMs: z.int().check(z.gte(0)) }),
  /** A program is using the session right now; about once a second. */
  z.strictObject({ type: z.literal("agent.used") }),
  z.strictObject({ type: z.literal("agent.off") }),
  z.strictObject({ type: z.literal("agent.refused"), reason: z.string().check(z.maxLength(300)) }),
  /** A text field of the title's has its keyboard now, or none has; only of runtimes that can tell. */
  z.strictObject({ type: z.literal("text-focus"), focused: z.boolean(), kind: z.enum(FIELD_KINDS) }),
  /** The title shakes a pad. Takes the place of what that pad was told before; no strength stops it. */
  z.strictObject({
    type: z.literal("rumble"),
    pad: z.int().check(z.gte(0), z.lt(PADS_MAX)),
    /** Of the slow, heavy motor and of the fast, light one, 0..1. */
    strong: Share,
    weak: Share,
    /** It stops by itself then, should the word that stops it come late. */
    durationMs: z.int().check(z.gte(0), z.lte(RUMBLE_MS_MAX)),
  }),
  /** Something was copied in the title: it is for the player's own clipboard, where the browser and the player allow it. */
  z.strictObject({ type: z.literal("clipboard"), text: z.string().check(z.maxLength(CLIPBOARD_CHARACTERS_MAX)) }),
]);
export type NodeToPlayer = z.infer<typeof NodeToPlayer>;
