// From coded frames to RTP payloads and back, by codec.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { AccessUnit } from "../encode/ports.ts";
import { depacketiseAv1 } from "./av1-depacketiser.ts";
import { packetiseAv1 } from "./av1.ts";
import { depacketiseH264 } from "./h264-depacketiser.ts";
import { packetiseH264 } from "./h264.ts";
import type { Payload } from "./payload.ts";
import { depacketiseVp8, packetiseVp8 } from "./vp8.ts";

/** Payloads of one frame, none larger than `payloadBytesMax`. They refer to the unit's bytes. */
export type Packetise = (unit: AccessUnit, payloadBytesMax: number) => Payload[];

export const PACKETISERS: Readonly<Record<VideoCodec, Packetise>> = {
  H264: ({ data }, payloadBytesMax) => packetiseH264(data, payloadBytesMax),
  VP8: ({ data }, payloadBytesMax) => packetiseVp8(data, payloadBytesMax),
  AV1: ({ data, keyframe }, payloadBytesMax) => packetiseAv1(data, keyframe, payloadBytesMax),
};

/** The frame as decoders take it, or undefined when a payload is malformed. */
export const DEPACKETISERS: Readonly<Record<VideoCodec, (payloads: readonly Buffer[]) => Buffer | undefined>> = {
  H264: depacketiseH264,
  VP8: depacketiseVp8,
  AV1: depacketiseAv1,
};
