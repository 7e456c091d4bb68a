// H.264 on the CPU, by Cisco's OpenH264. Slower than x264 (27 to 38 % more of a core
// at 720p60) but free of the GPL; FFmpeg builds have the one, the other, or both.

import { FF_ENCODER_LIBOPENH264 } from "node-av/constants";
import { libavCoder } from "./libav-coder.ts";

export const openOpenH264 = libavCoder({
  name: "openh264",
  encoder: FF_ENCODER_LIBOPENH264,
  settings: () => ({ profile: "constrained_baseline", rc_mode: "bitrate", allow_skip_frames: "0" }),
  // FFmpeg hands it the bitrate once, as it opens it.
  rateChange: "reopen",
  shares: "frames",
});
