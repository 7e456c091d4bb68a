// The video codecs that a session can use: those that both the node's media server
// and browsers speak over RTP.

import * as z from "zod/mini";

/** The commonest first. */
export const VIDEO_CODECS = ["H264", "VP8", "AV1"] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** What a device says of one codec, for 1280x720 at 60 frames a second over WebRTC. */
export const Decoder = z.strictObject({
  codec: z.enum(VIDEO_CODECS),
  /** It keeps up. */
  smooth: z.boolean(),
  /** As good as always: it is done in hardware. */
  powerEfficient: z.boolean(),
});
export type Decoder = z.infer<typeof Decoder>;

/** One for each codec, with room for those to come. */
export const DECODERS_MAX = 8;
