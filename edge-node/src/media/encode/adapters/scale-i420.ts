// Planar 4:2:0 to a smaller one: what is coded when the link can't carry the
// title's own size.

import koffi from "koffi";
import { AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR } from "node-av/constants";
import { type Frame, SoftwareScaleContext } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";

export type ScaleI420 = (from: Frame, to: Frame) => void;

/** libyuv's kFilterBilinear: at three quarters and a half it looks like the box filter, at a third of its cost. */
const FILTER_BILINEAR = 2;

export function openScaleI420(from: TitleSize, to: TitleSize, scope: Scope): ScaleI420 {
  try {
    return libyuv(from, to);
  } catch {
    // `openToI420` has told the operator that libyuv is missing.
    return swscale(from, to, scope);
  }
}

function libyuv(from: TitleSize, to: TitleSize): ScaleI420 {
  const scale = koffi
    .load("libyuv.so.0")
    .func("int I420Scale(void *, int, void *, int, void *, int, int, int, void *, int, void *, int, void *, int, int, int, int)");
  return (source, target) => {
    const failed: unknown = scale(
      ...planes(source), from.width, from.height, ...planes(target), to.width, to.height, FILTER_BILINEAR,
    );
    if (failed !== 0) throw new Error(`libyuv refused to scale a picture to ${to.width}x${to.height}`);
  };
}

/** Y, U and V, each with its stride. */
function planes(frame: Frame): unknown[] {
  return (frame.data ?? []).slice(0, 3).flatMap((plane, index) => [plane, frame.linesize[index]]);
}

function swscale(from: TitleSize, to: TitleSize, scope: Scope): ScaleI420 {
  const context = scope.own(new SoftwareScaleContext(), (context) => context.freeContext());
  context.getContext(from.width, from.height, AV_PIX_FMT_YUV420P, to.width, to.height, AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR);
  return (source, target) => {
    const rows = context.scaleSync(source.data ?? [], source.linesize, 0, from.height, target.data ?? [], target.linesize);
    if (rows !== to.height) throw new Error(`swscale scaled ${rows} of ${to.height} rows`);
  };
}
