// Pictures in a graphics card's memory, for encoders that read only there: each is
// turned to NV12, the layout that cards take, and copied over.

import { existsSync } from "node:fs";
import koffi from "koffi";
import {
  type AVHWDeviceType, type AVPixelFormat, AV_HWDEVICE_TYPE_VAAPI, AV_HWDEVICE_TYPE_VULKAN, AV_PIX_FMT_NV12,
  AV_PIX_FMT_VAAPI, AV_PIX_FMT_VULKAN, AV_PIX_FMT_YUV420P, SWS_FAST_BILINEAR,
} from "node-av/constants";
import { type CodecContext, Frame, HardwareDeviceContext, HardwareFramesContext, SoftwareScaleContext } from "node-av/lib";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { check } from "./libav.ts";
import { createPicture, makeWritable } from "./picture.ts";

export type SurfaceKind = "vaapi" | "vulkan";

const KINDS: Record<SurfaceKind, { device: AVHWDeviceType; format: AVPixelFormat }> = {
  vaapi: { device: AV_HWDEVICE_TYPE_VAAPI, format: AV_PIX_FMT_VAAPI },
  vulkan: { device: AV_HWDEVICE_TYPE_VULKAN, format: AV_PIX_FMT_VULKAN },
};
const GRAPHICS_DEVICES = "/dev/dri";
/** One is read by the encoder, one is its reference, one is written; and one to spare. */
const POOL_SIZE = 4;

export interface Surface {
  /** Tells an encoder, before it is opened, where its pictures lie. */
  prepare(context: CodecContext): void;
  /** The card's copy of a planar picture, valid until the next call. */
  upload(picture: Frame): Frame;
}

/** Throws with a sentence where the machine has no such device. */
export function openSurface(kind: SurfaceKind, who: string, size: TitleSize, scope: Scope): Surface {
  // VA-API's own message for this says nothing.
  if (kind === "vaapi" && !existsSync(GRAPHICS_DEVICES)) throw new Error(`${who}: this machine has no ${GRAPHICS_DEVICES}.`);
  const device = scope.own(new HardwareDeviceContext(), (device) => device.free());
  check(device.create(KINDS[kind].device, null, null), who, `opening a ${kind} device`);
  const frames = scope.own(new HardwareFramesContext(), (frames) => frames.free());
  frames.alloc(device);
  frames.format = KINDS[kind].format;
  frames.swFormat = AV_PIX_FMT_NV12;
  frames.width = size.width;
  frames.height = size.height;
  frames.initialPoolSize = POOL_SIZE;
  check(frames.init(), who, "making room on the device");
  const staged = createPicture(size, scope, AV_PIX_FMT_NV12);
  const toNv12 = openToNv12(size, scope);
  const uploaded = scope.own(new Frame(), (frame) => frame.free());
  uploaded.alloc();
  return {
    prepare(context) {
      context.pixelFormat = KINDS[kind].format;
      context.hwFramesCtx = frames;
    },
    upload(picture) {
      makeWritable(staged);
      toNv12(picture, staged);
      uploaded.unref();
      check(frames.getBuffer(uploaded, 0), who, "taking room on the device");
      check(frames.transferDataSync(uploaded, staged, 0), who, "copying a picture to the device");
      return uploaded;
    },
  };
}

function openToNv12({ width, height }: TitleSize, scope: Scope): (from: Frame, to: Frame) => void {
  let convert: (...args: unknown[]) => unknown;
  try {
    convert = koffi
      .load("libyuv.so.0")
      .func("int I420ToNV12(void *, int, void *, int, void *, int, void *, int, void *, int, int, int)");
  } catch {
    // `openToI420` has told the operator that libyuv is missing.
    return swscale({ width, height }, scope);
  }
  return (from, to) => {
    const planes = (frame: Frame, count: number) =>
      (frame.data ?? []).slice(0, count).flatMap((plane, index) => [plane, frame.linesize[index]]);
    const failed = convert(...planes(from, 3), ...planes(to, 2), width, height);
    if (failed !== 0) throw new Error(`libyuv refused a picture of ${width}x${height}`);
  };
}

function swscale({ width, height }: TitleSize, scope: Scope): (from: Frame, to: Frame) => void {
  const context = scope.own(new SoftwareScaleContext(), (context) => context.freeContext());
  context.getContext(width, height, AV_PIX_FMT_YUV420P, width, height, AV_PIX_FMT_NV12, SWS_FAST_BILINEAR);
  return (from, to) => {
    const rows = context.scaleSync(from.data ?? [], from.linesize, 0, height, to.data ?? [], to.linesize);
    if (rows !== height) throw new Error(`swscale converted ${rows} of ${height} rows`);
  };
}
