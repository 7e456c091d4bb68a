// The codecs that a node's SFU speaks, in the form that both mediasoup's router
// (node) and mediasoup-client's device (player, before any offer) are given.

import { AUDIO_CLOCK_RATE, H264_PROFILE_LEVEL_ID, PayloadType, VIDEO_CLOCK_RATE } from "./profile.ts";
import type { VideoCodec } from "./video-codecs.ts";

/** How each video codec is described where a codec is asked for. */
export const VIDEO_CODEC_PARAMETERS: Readonly<Record<VideoCodec, Readonly<Record<string, string | number>>>> = {
  H264: {
    "packetization-mode": 1,
    "level-asymmetry-allowed": 1,
    "profile-level-id": H264_PROFILE_LEVEL_ID,
  },
  VP8: {},
  AV1: {},
};

const video = (codec: VideoCodec) => ({
  kind: "video" as const,
  mimeType: `video/${codec}`,
  clockRate: VIDEO_CLOCK_RATE,
  preferredPayloadType: PayloadType[codec],
  parameters: { ...VIDEO_CODEC_PARAMETERS[codec] },
});

export const ROUTER_CODECS = [
  {
    kind: "audio" as const,
    mimeType: "audio/opus",
    clockRate: AUDIO_CLOCK_RATE,
    channels: 2,
    preferredPayloadType: PayloadType.audio,
    parameters: { useinbandfec: 1, "sprop-stereo": 1, stereo: 1, minptime: 10 },
  },
  video("H264"),
  video("VP8"),
  video("AV1"),
];
