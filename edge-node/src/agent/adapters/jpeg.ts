// A picture of a display as a JPEG, through FFmpeg.

import { AV_CODEC_FLAG_QSCALE, AV_PIX_FMT_BGR0, AV_PIX_FMT_YUVJ420P, FF_ENCODER_MJPEG, SWS_AREA } from "node-av/constants";
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational, SoftwareScaleContext } from "node-av/lib";
import { readFile } from "node:fs/promises";
import { Scope } from "@nearframe/shared/lifetime";
import { parseXwd, XWD_HEADER_BYTES } from "../../media/capture/adapters/xwd.ts";
import type { Display } from "../../session/ports.ts";

/** FFmpeg's scale of 2 (best) to 31: letters stay sharp. */
const QUALITY = 5;
const LAMBDA = 118;

export async function takePicture(display: Pick<Display, "framebufferPath"> | undefined, widthMax: number): Promise<Buffer> {
  if (display?.framebufferPath === undefined) throw new Error("the title has no screen yet that can be read");
  const file = await readFile(display.framebufferPath);
  const { pixelsAt, strideBytes, size } = parseXwd(file.subarray(0, XWD_HEADER_BYTES));
  const share = Math.min(1, widthMax / size.width);
  const even = (length: number) => Math.max(2, Math.round((length * share) / 2) * 2);
  const [width, height] = [even(size.width), even(size.height)];

  await using scope = new Scope();
  const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG);
  if (!codec) throw new Error("node-av's FFmpeg has no MJPEG; reinstall the npm dependencies.");
  const context = scope.own(new CodecContext(), (context) => context.freeContext());
  context.allocContext3(codec);
  context.width = width;
  context.height = height;
  context.pixelFormat = AV_PIX_FMT_YUVJ420P;
  context.timeBase = new Rational(1, 25);
  context.flags = AV_CODEC_FLAG_QSCALE;
  context.globalQuality = QUALITY * LAMBDA;
  check(context.open2Sync(codec, null));

  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  frame.format = AV_PIX_FMT_YUVJ420P;
  frame.width = width;
  frame.height = height;
  frame.quality = QUALITY * LAMBDA;
  check(frame.getBuffer(0));
  const scaler = scope.own(new SoftwareScaleContext(), (scaler) => scaler.freeContext());
  scaler.getContext(size.width, size.height, AV_PIX_FMT_BGR0, width, height, AV_PIX_FMT_YUVJ420P, SWS_AREA);
  check(scaler.scaleSync([file.subarray(pixelsAt)], [strideBytes], 0, size.height, frame.data ?? [], frame.linesize));
  frame.pts = 0n;
  const packet = scope.own(new Packet(), (packet) => packet.free());
  packet.alloc();
  check(context.sendFrameSync(frame));
  check(context.receivePacketSync(packet));
  if (!packet.data) throw new Error("FFmpeg made no picture");
  return Buffer.from(packet.data);
}

function check(result: number): void {
  if (result < 0) throw new Error(`making a picture failed: ${new FFmpegError(result).message}`);
}
