// The known encoders, opened.

import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { OpenCoder } from "./adapters/coder.ts";
import { openNvencAv1, openNvencH264 } from "./adapters/nvenc.ts";
import { openOpenH264 } from "./adapters/openh264.ts";
import { openSvtAv1 } from "./adapters/svt-av1.ts";
import { openVaapiH264 } from "./adapters/vaapi.ts";
import { type Candidate, openVideoEncoder } from "./adapters/video-encoder.ts";
import { openVp8 } from "./adapters/vpx.ts";
import { openVulkanH264 } from "./adapters/vulkan.ts";
import { openX264 } from "./adapters/x264.ts";
import { KNOWN_ENCODERS, type VideoEncoderName } from "./known-encoders.ts";
import type { EncoderOptions, VideoEncoder } from "./ports.ts";

const CODERS: Readonly<Record<VideoEncoderName, OpenCoder>> = {
  "nvenc-h264": openNvencH264,
  "vaapi-h264": openVaapiH264,
  "vulkan-h264": openVulkanH264,
  x264: openX264,
  openh264: openOpenH264,
  "vpx-vp8": openVp8,
  "nvenc-av1": openNvencAv1,
  "svt-av1": openSvtAv1,
};

/**
 * Opens the first of `names` that works here; the next takes over where one fails.
 * They MUST be of one codec. Throws when none opens.
 */
export function openEncoders(
  names: readonly [VideoEncoderName, ...VideoEncoderName[]],
  options: EncoderOptions & { onReplaced?(name: VideoEncoderName, why: string): void },
  scope: Scope,
): VideoEncoder {
  const candidate = (name: VideoEncoderName): Candidate => ({ name, codec: codecOf(name), open: CODERS[name] });
  const [first, ...rest] = names;
  const codecs = new Set(names.map(codecOf));
  if (codecs.size > 1) throw new Error(`Encoders of one stream are of one codec, not of ${[...codecs].join(" and ")}.`);
  return openVideoEncoder([candidate(first), ...rest.map(candidate)], options, scope);
}

export const codecOf = (name: VideoEncoderName): VideoCodec => KNOWN_ENCODERS[name].codec;
