// How the player's camera is sent: small, and after everything else. Pure.

import { CAMERA } from "@nearframe/shared/media/camera";

/** A camera that has no picture of the size that it was asked for gives a larger one; upright, its sides are exchanged. */
export function cameraEncoding({ width = CAMERA.width, height = CAMERA.height }: Pick<MediaTrackSettings, "width" | "height">): RTCRtpEncodingParameters {
  return {
    maxBitrate: CAMERA.bitrateKbps * 1000,
    maxFramerate: CAMERA.fps,
    scaleResolutionDownBy: Math.max(1, Math.max(width, height) / CAMERA.width, Math.min(width, height) / CAMERA.height),
    priority: "very-low",
    networkPriority: "very-low",
  };
}
