// Pictures in memory, as FFmpeg's encoders take them: planar 4:2:0, BT.601 limited
// range, which is what libyuv and swscale make.

import {
  AVCOL_RANGE_MPEG, AVCOL_SPC_SMPTE170M, AV_PIX_FMT_YUV420P,
} from "node-av/constants";
import { Frame } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { check } from "./libav.ts";

/** node-av gives its formats one type; only planar 4:2:0 and NV12 are made here. */
export type PictureFormat = typeof AV_PIX_FMT_YUV420P;

export function createPicture(size: TitleSize, scope: Scope, format: PictureFormat = AV_PIX_FMT_YUV420P): Frame {
  const frame = scope.own(new Frame(), (frame) => frame.free());
  frame.alloc();
  frame.width = size.width;
  frame.height = size.height;
  frame.format = format;
  frame.colorSpace = AVCOL_SPC_SMPTE170M;
  frame.colorRange = AVCOL_RANGE_MPEG;
  check(frame.getBuffer(0), "libav", "allocating a picture");
  return frame;
}

/** libavcodec may still refer to the picture it was given last; a copy is made only then. */
export function makeWritable(picture: Frame): void {
  check(picture.makeWritable(), "libav", "making the picture writable");
}

/** Are two planar pictures of one size the same, pixel by pixel? */
export function samePicture(a: Frame, b: Frame, size: TitleSize): boolean {
  const [planesA, planesB] = [a.data ?? [], b.data ?? []];
  return planesA.every((planeA, plane) => {
    const planeB = planesB[plane];
    const [strideA = 0, strideB = 0] = [a.linesize[plane], b.linesize[plane]];
    if (!planeB) return false;
    const [width, height] = plane === 0 ? [size.width, size.height] : [size.width / 2, size.height / 2];
    for (let row = 0; row < height; row++) {
      const [fromA, fromB] = [row * strideA, row * strideB];
      if (planeA.compare(planeB, fromB, fromB + width, fromA, fromA + width) !== 0) return false;
    }
    return true;
  });
}
