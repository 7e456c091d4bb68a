// The two ffmpeg command lines of the fallback pipeline, built with fluent-ffmpeg.

import installer from "@ffmpeg-installer/ffmpeg";
import ffmpeg, { type FfmpegCommand } from "fluent-ffmpeg";
import { AUDIO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { requireH264Level } from "../../encode/h264-level.ts";
import type { PipelineOptions, RtpTarget } from "../../ports.ts";
import { PACKET_BYTES_MAX } from "../../rtp/packet.ts";

export const ffmpegPath: string = installer.path;

/** It can't hear a keyframe request, so this is how long a player may wait for its first picture. */
const KEYFRAME_INTERVAL_S = 1;
const RATE_BUFFER_MS = 100;
const SOUND_BITRATE_KBPS = 128;

/** Progress as lines of `key=value`, on the descriptor that `createChild` gives for reports. */
const REPORTS = ["-loglevel", "error", "-progress", "pipe:3"];

export function videoArguments({ display, size, fps, bitrateKbps, video }: PipelineOptions): string[] {
  const level = requireH264Level(size, fps, bitrateKbps);
  return argumentsOf(
    ffmpeg()
      .input(display.name)
      .inputFormat("x11grab")
      .inputOptions([...REPORTS, "-framerate", `${fps}`, "-video_size", `${size.width}x${size.height}`, "-draw_mouse", "0"])
      .noAudio()
      .videoCodec("libx264")
      .outputOptions([
        "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline", "-level", level,
        "-pix_fmt", "yuv420p", "-g", `${fps * KEYFRAME_INTERVAL_S}`,
        "-b:v", `${bitrateKbps}k`, "-maxrate", `${bitrateKbps}k`, "-bufsize", `${(bitrateKbps * RATE_BUFFER_MS) / 1000}k`,
        ...rtpOptions(video),
      ])
      .output(rtpUrl(video)),
  );
}

export function soundArguments({ monitorSocketPath, target }: NonNullable<PipelineOptions["sound"]>): string[] {
  return argumentsOf(
    ffmpeg()
      // ffmpeg reads the sound server's socket itself: nothing of ours stands between.
      .input(`unix:${monitorSocketPath}`)
      .inputFormat("s16le")
      .inputOptions([...REPORTS, "-ar", `${AUDIO_CLOCK_RATE}`, "-ac", "2", "-probesize", "32"])
      .noVideo()
      .audioCodec("libopus")
      .outputOptions([
        "-frame_duration", "10", "-application", "lowdelay", "-vbr", "off", "-b:a", `${SOUND_BITRATE_KBPS}k`,
        ...rtpOptions(target),
      ])
      .output(rtpUrl(target)),
  );
}

const rtpOptions = ({ payloadType, ssrc }: RtpTarget): string[] => [
  "-f", "rtp", "-payload_type", `${payloadType}`, "-ssrc", `${ssrc | 0}`,
];

const rtpUrl = ({ ip, port, rtcpPort }: RtpTarget): string =>
  `rtp://${ip}:${port}?rtcpport=${rtcpPort}&pkt_size=${PACKET_BYTES_MAX}`;

/**
 * What fluent-ffmpeg would run. It is run by `createChild` in its place, because
 * fluent-ffmpeg can't give a process its own environment (each display has its own
 * cookie) and would leave it behind if the node were killed.
 */
function argumentsOf(command: FfmpegCommand): string[] {
  return (command as FfmpegCommand & { _getArguments(): string[] })._getArguments();
}
