// H.264 and AV1 by NVIDIA's encoder. It takes pictures from the machine's memory.
//
// Another bitrate is taken as it runs, but FFmpeg resets the encoder for it and
// forces an IDR (libavcodec/nvenc.c, reconfig_encoder), so changes come in steps.

import { FF_ENCODER_AV1_NVENC, FF_ENCODER_H264_NVENC } from "node-av/constants";
import { h264LevelNumber } from "../h264-level.ts";
import { libavCoder } from "./libav-coder.ts";

/** The fastest preset, a frame out for each frame in, an IDR where a keyframe is asked for. */
const LOW_LATENCY = {
  preset: "p1", tune: "ull", zerolatency: "1", delay: "0", "rc-lookahead": "0", rc: "cbr", "forced-idr": "1",
} as const;

export const openNvencH264 = libavCoder({
  name: "nvenc-h264",
  encoder: FF_ENCODER_H264_NVENC,
  settings: ({ size, fps, bitrateKbpsMax }) => ({
    ...LOW_LATENCY,
    profile: "baseline",
    level: `${h264LevelNumber(size, fps, bitrateKbpsMax)}`,
  }),
  rateChange: "live-keyframe",
  shares: "frames",
});

export const openNvencAv1 = libavCoder({
  name: "nvenc-av1",
  encoder: FF_ENCODER_AV1_NVENC,
  settings: () => LOW_LATENCY,
  rateChange: "live-keyframe",
  shares: "frames",
});
