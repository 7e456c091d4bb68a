// BGRX to planar 4:2:0, BT.601 limited range.
//
// PERF: 720p takes libyuv 0.27 ms and swscale 2.8 ms of a core, so libyuv is used
// where it is installed (Debian: libyuv0).

import koffi from "koffi";
import { AV_PIX_FMT_BGR0, AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR } from "node-av/constants";
import { type Frame, SoftwareScaleContext } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { Pixels } from "../../capture/ports.ts";

export type ToI420 = (pixels: Pixels, frame: Frame) => void;

export function openToI420(size: TitleSize, onNotice: (text: string) => void, scope: Scope): ToI420 {
  try {
    return libyuv(size);
  } catch (error) {
    onNotice(
      `libyuv is not installed, so pictures are converted by swscale, at ten times the cost: install libyuv0. (${(error as Error).message})`,
    );
    return swscale(size, scope);
  }
}

function libyuv({ width, height }: TitleSize): ToI420 {
  const convert = koffi
    .load("libyuv.so.0")
    .func("int ARGBToI420(void *, int, void *, int, void *, int, void *, int, int, int)");
  return (pixels, frame) => {
    const [y, u, v] = frame.data ?? [];
    const [strideY, strideU, strideV] = frame.linesize;
    const failed: unknown = convert(pixels.data, pixels.strideBytes, y, strideY, u, strideU, v, strideV, width, height);
    if (failed !== 0) throw new Error(`libyuv refused a picture of ${width}x${height}`);
  };
}

function swscale({ width, height }: TitleSize, scope: Scope): ToI420 {
  const context = scope.own(new SoftwareScaleContext(), (context) => context.freeContext());
  context.getContext(width, height, AV_PIX_FMT_BGR0, width, height, AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR);
  return (pixels, frame) => {
    const rows = context.scaleSync([pixels.data], [pixels.strideBytes], 0, height, frame.data ?? [], frame.linesize);
    if (rows !== height) throw new Error(`swscale converted ${rows} of ${height} rows`);
  };
}
