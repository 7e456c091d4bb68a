// H.264 by whatever encoder a Vulkan driver offers (VK_KHR_video_encode_h264).

import { FF_ENCODER_H264_VULKAN } from "node-av/constants";
import { h264LevelNumber } from "../h264-level.ts";
import { libavCoder } from "./libav-coder.ts";

export const openVulkanH264 = libavCoder({
  name: "vulkan-h264",
  encoder: FF_ENCODER_H264_VULKAN,
  settings: ({ size, fps, bitrateKbpsMax }) => ({
    rc_mode: "cbr",
    tune: "ull",
    usage: "stream",
    content: "rendered",
    // A frame out for each frame in.
    async_depth: "1",
    profile: "constrained_baseline",
    level: `${h264LevelNumber(size, fps, bitrateKbpsMax)}`,
  }),
  surface: "vulkan",
  // FFmpeg reads the bitrate only as it opens the encoder.
  rateChange: "reopen",
  shares: "frames",
});
