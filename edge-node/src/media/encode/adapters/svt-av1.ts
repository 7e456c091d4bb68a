// AV1 on the CPU, by SVT-AV1: for fast machines with few players. At 720p a frame
// takes two to three times what x264 takes.

import { availableParallelism } from "node:os";
import { FF_ENCODER_LIBSVTAV1 } from "node-av/constants";
import { libavCoder } from "./libav-coder.ts";

/** It has one thread for each of these, and copies of the picture too. */
const PARALLELISM_MAX = 4;

// It greets on standard error, and complains there of every stream that ends without
// a farewell, unless told to keep to what is fatal (0). FFmpeg says what failed.
process.env.SVT_LOG ??= "0";

export const openSvtAv1 = libavCoder({
  name: "svt-av1",
  encoder: FF_ENCODER_LIBSVTAV1,
  settings: () => ({
    preset: "12",
    // pred-struct 1: no reordering.
    "svtav1-params": `rtc=1:pred-struct=1:lp=${Math.min(PARALLELISM_MAX, availableParallelism())}`,
  }),
  // FFmpeg hands it the bitrate once, as it opens it.
  rateChange: "reopen",
  shares: "frames",
});
