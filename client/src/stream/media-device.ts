// What this browser can receive, said before any node has made an offer.

import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import { Device } from "mediasoup-client";
import type { RtpCapabilities } from "mediasoup-client/types";

export type UnfitCause = "no-webrtc" | "no-h264";

export class UnfitDeviceError extends Error {
  readonly unfit: UnfitCause;

  constructor(unfit: UnfitCause, message: string) {
    super(message);
    this.name = "UnfitDeviceError";
    this.unfit = unfit;
  }
}

/** Rejects with `UnfitDeviceError` where this browser can't play. */
export async function loadMediaDevice(): Promise<Device> {
  if (typeof RTCPeerConnection === "undefined") {
    throw new UnfitDeviceError("no-webrtc", "this browser has no WebRTC");
  }
  let device: Device;
  try {
    device = await Device.factory();
  } catch (error) {
    throw new UnfitDeviceError("no-webrtc", `this browser's WebRTC is not known: ${String(error)}`);
  }
  // The constant is written by hand, so its type is wider than mediasoup's unions.
  await device.load({ routerRtpCapabilities: ROUTER_RTP_CAPABILITIES as unknown as RtpCapabilities });
  const codecs = device.recvRtpCapabilities.codecs ?? [];
  if (!codecs.some((codec) => codec.mimeType.toLowerCase() === "video/h264")) {
    throw new UnfitDeviceError("no-h264", "this browser can't receive H.264 over WebRTC");
  }
  return device;
}
