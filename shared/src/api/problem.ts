// `POST /api/problems`: a player says that something is wrong, with what the page saw of the
// last minutes. The answer names the report, for whoever asks about it later.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import { PlayerSample } from "../telemetry/samples.ts";

/** What can be told apart by someone who only played. */
export const PROBLEM_KINDS = ["picture", "sound", "control", "start", "other"] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

/** Five minutes of seconds; more than that ago nobody remembers what it looked like. */
export const PROBLEM_SECONDS_MAX = 300;
export const PROBLEM_TURNS_MAX = 60;
export const PROBLEM_NOTE_MAX = 500;
/** Of the request: full in every part it is about 130 kB. */
export const PROBLEM_BYTES_MAX = 192 * 1024;

/** Before the report was made. */
const AgoMs = z.number().check(z.gte(0), z.lte(24 * 3600 * 1000));

export const ProblemReport = z.strictObject({
  kind: z.enum(PROBLEM_KINDS),
  /** In the player's words; may be empty. */
  note: z.string().check(z.maxLength(PROBLEM_NOTE_MAX)),
  titleId: Id,
  /** Left out where the server never made one. */
  sessionId: z.optional(Id),
  page: z.strictObject({
    language: z.string().check(z.maxLength(35)),
    browser: z.string().check(z.maxLength(300)),
    width: z.int().check(z.gte(0), z.lte(16_384)),
    height: z.int().check(z.gte(0), z.lte(16_384)),
  }),
  /** What happened to the session as the page saw it, oldest first. */
  turns: z.array(z.strictObject({ agoMs: AgoMs, what: z.string().check(z.minLength(1), z.maxLength(120)) })).check(z.maxLength(PROBLEM_TURNS_MAX)),
  /** The last minutes of telemetry, oldest first. */
  seconds: z.array(z.strictObject({ agoMs: AgoMs, sample: PlayerSample })).check(z.maxLength(PROBLEM_SECONDS_MAX)),
});
export type ProblemReport = z.infer<typeof ProblemReport>;

/** Letters and digits that are not taken for one another when they are read aloud. */
export const PROBLEM_ID_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
export const ProblemId = z.string().check(z.regex(/^[2-9A-HJKMNP-TV-Z]{8}$/));

export const ProblemReceipt = z.strictObject({ problemId: ProblemId });
export type ProblemReceipt = z.infer<typeof ProblemReceipt>;
