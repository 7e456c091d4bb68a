// What the node and the process of a trial say to each other.

import * as z from "zod/mini";
import { EncoderSpeed, ENCODER_REASON_LENGTH_MAX } from "@nearframe/shared/media/encoder-reports";
import { VIDEO_ENCODER_NAMES } from "../known-encoders.ts";

const Name = z.enum(VIDEO_ENCODER_NAMES);

/** `speed`: what each does, and how quickly; `sessions`: how many of each can be open at once. */
export const ToTrial = z.strictObject({ names: z.array(Name), what: z.enum(["speed", "sessions"]) });
export type ToTrial = z.infer<typeof ToTrial>;

export const FromTrial = z.discriminatedUnion("type", [
  /** Said before anything is tried with it: should the process die, it was this one. */
  z.strictObject({ type: z.literal("trying"), name: Name }),
  z.strictObject({ type: z.literal("opened"), name: Name, at720p: EncoderSpeed, at1080p: EncoderSpeed }),
  z.strictObject({ type: z.literal("refused"), name: Name, reason: z.string().check(z.maxLength(ENCODER_REASON_LENGTH_MAX)) }),
  /** So many were open at once when another was refused; undefined where none was. */
  z.strictObject({ type: z.literal("counted"), name: Name, sessionsMax: z.optional(z.int()) }),
  /** The share of the time for which this process waited for a core: the figures are that much too high. */
  z.strictObject({ type: z.literal("done"), waitedShare: z.number() }),
]);
export type FromTrial = z.infer<typeof FromTrial>;
