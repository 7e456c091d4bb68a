// What a node found out about its encoders by trying them.

import * as z from "zod/mini";
import { VIDEO_CODECS } from "./video-codecs.ts";

const FrameMs = z.number().check(z.gte(0), z.lte(60_000));

/** What one frame costs at one size: colour conversion and coding, one frame at a time. */
export const EncoderSpeed = z.strictObject({
  frameMsP50: FrameMs,
  frameMsP95: FrameMs,
  /** Frames a second that it keeps up with, by its slow frames (p95). */
  fpsMax: z.int().check(z.gte(0), z.lte(100_000)),
});
export type EncoderSpeed = z.infer<typeof EncoderSpeed>;

const About = {
  /** The node's name for it, such as "x264". */
  name: z.string().check(z.minLength(1), z.maxLength(40)),
  codec: z.enum(VIDEO_CODECS),
  hardware: z.boolean(),
};

export const EncoderReport = z.discriminatedUnion("opened", [
  z.strictObject({
    ...About,
    opened: z.literal(true),
    at720p: EncoderSpeed,
    at1080p: EncoderSpeed,
    /** In hardware: how many the driver opened at once before it refused one; left out where it refused none that was asked for. */
    sessionsMax: z.optional(z.int().check(z.gte(1), z.lte(1000))),
  }),
  /** `reason` is a sentence for the operator. */
  z.strictObject({ ...About, opened: z.literal(false), reason: z.string().check(z.maxLength(500)) }),
]);
export type EncoderReport = z.infer<typeof EncoderReport>;

export const ENCODER_REASON_LENGTH_MAX = 500;

export const EncoderReports = z.array(EncoderReport).check(z.maxLength(32));
