// H.264 by Intel's and AMD's encoders, through VA-API.

import { FF_ENCODER_H264_VAAPI } from "node-av/constants";
import { h264LevelNumber } from "../h264-level.ts";
import { libavCoder } from "./libav-coder.ts";

export const openVaapiH264 = libavCoder({
  name: "vaapi-h264",
  encoder: FF_ENCODER_H264_VAAPI,
  settings: ({ size, fps, bitrateKbpsMax }) => ({
    rc_mode: "CBR",
    // A frame out for each frame in.
    async_depth: "1",
    profile: "constrained_baseline",
    level: `${h264LevelNumber(size, fps, bitrateKbpsMax)}`,
  }),
  surface: "vaapi",
  // FFmpeg reads the bitrate only as it opens the encoder.
  rateChange: "reopen",
  shares: "frames",
});
