// A player's device as a node may go by it: without the codecs that the node claims and was not seen to play. Pure.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import * as z from "zod/mini";

const Described = z.looseObject({ mimeType: z.string(), preferredPayloadType: z.optional(z.number()), parameters: z.optional(z.looseObject({ apt: z.optional(z.number()) })) });
type Described = z.infer<typeof Described>;

/** Where nothing else would be left they stay: a session in a codec that nobody saw is better than none. */
export function withoutCodecs(device: Device, unplayed: readonly VideoCodec[]): Device {
  const { codecs } = device.rtpCapabilities;
  if (unplayed.length === 0 || !Array.isArray(codecs)) return device;
  const read = codecs.map((codec: unknown) => z.safeParse(Described, codec).data);
  const gone = read.filter((codec) => codec !== undefined && unplayed.some((name) => isVideo(codec, name)));
  const repairs = (codec: Described | undefined) => codec !== undefined && isVideo(codec, "rtx") && gone.some((each) => each?.preferredPayloadType === codec.parameters?.apt);
  const left = read.map((codec) => !gone.includes(codec) && !repairs(codec));
  if (!read.some((codec, index) => left[index] && codec?.mimeType.toLowerCase().startsWith("video/") && !isVideo(codec, "rtx"))) return device;
  return {
    ...device,
    rtpCapabilities: { ...device.rtpCapabilities, codecs: codecs.filter((_, index) => left[index]) },
    ...(device.decoders && { decoders: device.decoders.filter(({ codec }) => !unplayed.includes(codec)) }),
  };
}

const isVideo = ({ mimeType }: Described, name: string): boolean => mimeType.toLowerCase() === `video/${name.toLowerCase()}`;
