// H.264 on the CPU, by x264.
//
// Set for latency: no lookahead, no reordering, slices of one frame on several
// cores rather than several frames at once. Constrained baseline, as the cheapest
// phones decode it in hardware.

import { availableParallelism } from "node:os";
import { FF_ENCODER_LIBX264 } from "node-av/constants";
import { requireH264Level } from "../h264-level.ts";
import { libavCoder } from "./libav-coder.ts";

/** More slices than this cost more bits than the time they save. */
const SLICES_MAX = 4;

export const openX264 = libavCoder({
  name: "x264",
  encoder: FF_ENCODER_LIBX264,
  settings: ({ size, fps, bitrateKbpsMax }) => ({
    preset: "ultrafast",
    tune: "zerolatency",
    profile: "baseline",
    level: requireH264Level(size, fps, bitrateKbpsMax),
    "forced-idr": "1",
  }),
  prepare(context) {
    context.threadCount = Math.min(SLICES_MAX, availableParallelism());
  },
  // A keyframe of 1.9 frames' worth and other frames up to 1.2, with 95 to 98 % of the bitrate used; at
  // 100 ms they were 3.0, 1.33 and 94 % (720p60 scroller, 2 to 20 Mbit/s). A recovery must not congest.
  // Below, it spends half of the bits that it has on pictures that are hard (noise at 500 kbit/s: 38 to 74 %).
  tightBuffer: { ms: 40, askShare: 1.15, fromKbps: 1_500 },
  rateChange: "live",
  shares: "frames",
});
