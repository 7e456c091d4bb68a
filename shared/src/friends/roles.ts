// What somebody else may do in a player's session, and the link by which they come.

import * as z from "zod/mini";
import { PADS_MAX } from "../input/messages.ts";
import { Id } from "../protocol/media.ts";

/** `watch`: picture and sound. `co-op`: those, and a pad. `controller`: a pad, without picture or sound. */
export const GUEST_ROLES = ["watch", "co-op", "controller"] as const;
export const GuestRole = z.enum(GUEST_ROLES);
export type GuestRole = (typeof GUEST_ROLES)[number];

export const receivesMedia = (role: GuestRole): boolean => role !== "controller";
export const hasPad = (role: GuestRole): boolean => role !== "watch";

/** All of one session together. Each who watches costs the node's line a whole stream, and no encoder anything. */
export const GUESTS_MAX = 12;
/** Links of one session that work. */
export const SHARES_MAX = 12;
export const SHARE_MS_MIN = 60_000;
export const SHARE_MS_MAX = 24 * 3_600_000;

/**
 * Read from one screen and typed into another, so without letters that look alike. Ten of 31 are
 * enough that nobody guesses one: 8 * 10^14.
 */
export const CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
export const CODE_LENGTH = 10;
export const ShareCode = z.string().check(z.regex(new RegExp(`^[${CODE_LETTERS}]{${CODE_LENGTH}}$`)));

/** What a person typed, as the code it was meant to be. */
export const tidyCode = (typed: string): string => typed.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
/** "k7mp2-x3qd9" */
export const showCode = (code: string): string => `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`;

/** Of the session's pads, from 0; the player's own is the first. */
export const PadSeat = z.int().check(z.gte(0), z.lt(PADS_MAX));

/** Why a guest is one no longer. */
export const GUEST_ENDS = [
  "left",
  /** The player took the link back, or sent this guest away. */
  "revoked",
  "removed",
  "expired",
  "session-ended",
  /** Somebody else has this guest's pad now. */
  "replaced",
  /** The session went to another server: come again by the same link. */
  "moved",
  /** This browser can't decode what the session is coded in. */
  "codec",
  /** The node takes no more guests. */
  "full",
  "failed",
] as const;
export type GuestEnd = (typeof GUEST_ENDS)[number];

/** A link as its owner sees it. */
export const ShareView = z.strictObject({
  code: ShareCode,
  role: GuestRole,
  pad: z.optional(PadSeat),
  expiresAtMs: z.number(),
});
export type ShareView = z.infer<typeof ShareView>;

/** One of those who are together in a session. The player is "owner"; everybody else is a guest by id. */
export const MemberId = Id;
export const OWNER = "owner";
export const Member = z.strictObject({
  id: MemberId,
  role: z.enum(["owner", ...GUEST_ROLES]),
  /** Counts from 1 in the order of coming: what a guest is called. */
  number: z.int(),
  pad: z.optional(PadSeat),
  /** Picture or pad arrives. */
  connected: z.boolean(),
  /** Speaks with the others. */
  voice: z.boolean(),
});
export type Member = z.infer<typeof Member>;

/** Each speaks with each, so few. */
export const VOICES_MAX = 4;
