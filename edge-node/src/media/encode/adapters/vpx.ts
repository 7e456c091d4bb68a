// VP8 on the CPU, by libvpx: for players whose browser has no H.264. It costs about
// twice what x264 does.

import { availableParallelism } from "node:os";
import { FF_ENCODER_LIBVPX_VP8 } from "node-av/constants";
import { libavCoder } from "./libav-coder.ts";

/** More threads than this find no work in a picture of 720 lines. */
const THREADS_MAX = 4;

export const openVp8 = libavCoder({
  name: "vpx-vp8",
  encoder: FF_ENCODER_LIBVPX_VP8,
  settings: () => ({ deadline: "realtime", "cpu-used": "8", "lag-in-frames": "0", "undershoot-pct": "95" }),
  prepare(context, { rate }) {
    context.threadCount = Math.min(THREADS_MAX, availableParallelism());
    // Without a lower bound as high as the upper one FFmpeg asks for a variable rate, which overshoots.
    context.rcMinRate = BigInt(Math.round(rate.bitrateKbps * 1000));
  },
  // FFmpeg hands it the bitrate once, as it opens it.
  rateChange: "reopen",
  shares: "time",
});
