// What a browser tells of itself before it is sent anything.

import * as z from "zod/mini";
import { Decoder, DECODERS_MAX } from "../media/video-codecs.ts";

const Pixels = z.int().check(z.gte(1), z.lte(16_384));

/** What the player's device is and can do; the node chooses codec and size by it. */
export const Device = z.strictObject({
  screen: z.strictObject({ width: Pixels, height: Pixels, pixelRatio: z.number().check(z.gte(0.25), z.lte(16)) }),
  touch: z.boolean(),
  /** mediasoup-client's `device.rtpCapabilities`. */
  rtpCapabilities: z.looseObject({}),
  /** How well it decodes each of our codecs, where its browser tells. */
  decoders: z.optional(z.array(Decoder).check(z.maxLength(DECODERS_MAX))),
});
export type Device = z.infer<typeof Device>;
