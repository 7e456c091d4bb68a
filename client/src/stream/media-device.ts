// What this browser can receive, said before any node has made an offer.

import { ROUTER_RTP_CAPABILITIES } from "@nearframe/shared/media/router-capabilities";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";
import { Device } from "mediasoup-client";
import type { RtpCapabilities } from "mediasoup-client/types";

export type UnfitCause = "no-webrtc" | "no-video-codec";

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
  const ours = new Set<string>(VIDEO_CODECS.map((codec) => `video/${codec}`.toLowerCase()));
  if (!codecs.some((codec) => ours.has(codec.mimeType.toLowerCase()))) {
    throw new UnfitDeviceError("no-video-codec", `this browser can't receive ${VIDEO_CODECS.join(", ")} over WebRTC`);
  }
  return device;
}
