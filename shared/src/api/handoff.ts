// Going on with another device: the one that plays asks for a code, the other shows it and
// is the same player from then on, with the player's sessions and saves.
//
// `POST /api/handoffs` with the player's token: a code, good once and for two minutes.
// `POST /api/handoffs/take {code}`: the token of the player who asked for it.

import * as z from "zod/mini";
import { PROBLEM_ID_LETTERS } from "./problem.ts";

/** Letters and digits that are not taken for one another when they are read from a screen. */
export const HANDOFF_LETTERS = PROBLEM_ID_LETTERS;
export const HANDOFF_LENGTH = 8;
export const HANDOFF_LIFE_MS = 120_000;

export const HandoffCode = z.string().check(z.regex(/^[2-9A-HJKMNP-TV-Z]{8}$/));

export const Handoff = z.strictObject({ code: HandoffCode, lifeMs: z.number() });
export type Handoff = z.infer<typeof Handoff>;

export const HandoffTake = z.strictObject({ code: HandoffCode });
export const HandoffToken = z.strictObject({ token: z.string() });

/** As people type it: small letters, blanks and hyphens are no matter. Undefined if it is none. */
export function readHandoffCode(typed: string): string | undefined {
  const parsed = z.safeParse(HandoffCode, typed.replace(/[\s-]/g, "").toUpperCase());
  return parsed.success ? parsed.data : undefined;
}
