// The encoders that a node may turn out to have. What is here is tried (`trial.ts`);
// what really works is known only then.

import type { VideoCodec } from "@nearframe/shared/media/video-codecs";

export type KnownEncoder = {
  codec: VideoCodec;
  hardware: boolean;
  /** What another bitrate costs: nothing, or a keyframe (then `rate-step.ts` says when). */
  rateChange: "free" | "keyframe";
};

/** Of one codec, the better first: hardware leaves the cores to the title. */
export const KNOWN_ENCODERS = {
  "nvenc-h264": { codec: "H264", hardware: true, rateChange: "keyframe" },
  "vaapi-h264": { codec: "H264", hardware: true, rateChange: "keyframe" },
  "vulkan-h264": { codec: "H264", hardware: true, rateChange: "keyframe" },
  x264: { codec: "H264", hardware: false, rateChange: "free" },
  openh264: { codec: "H264", hardware: false, rateChange: "keyframe" },
  "vpx-vp8": { codec: "VP8", hardware: false, rateChange: "keyframe" },
  "nvenc-av1": { codec: "AV1", hardware: true, rateChange: "keyframe" },
  "svt-av1": { codec: "AV1", hardware: false, rateChange: "keyframe" },
} as const satisfies Record<string, KnownEncoder>;

export type VideoEncoderName = keyof typeof KNOWN_ENCODERS;
export const VIDEO_ENCODER_NAMES = Object.keys(KNOWN_ENCODERS) as [VideoEncoderName, ...VideoEncoderName[]];
