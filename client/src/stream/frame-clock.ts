// Tells of each frame as the browser puts it on the screen.

import type { Scope } from "@nearframe/shared/lifetime";

/** One frame on its way to the eye. Times are `performance.now()` of this page. */
export type ShownFrame = {
  /** Undefined in browsers that don't say; then frames can't be joined to the node's marks. */
  rtpTimestamp: number | undefined;
  receivedAtMs: number | undefined;
  decodeMs: number | undefined;
  /** Handed to the compositor. */
  presentedAtMs: number;
  /** When the display is expected to show it. */
  visibleAtMs: number;
  framesPresented: number;
  width: number;
  height: number;
};

export function createFrameClock(scope: Scope, video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): void {
  if (!("requestVideoFrameCallback" in video)) {
    // Older browsers say only that something is shown, some times a second; the first frame is what must not be missed.
    followPlaying(scope, video, onFrame);
    return;
  }
  const handle = (_nowMs: number, metadata: VideoFrameCallbackMetadata) => {
    waiting = video.requestVideoFrameCallback(handle);
    onFrame({
      rtpTimestamp: metadata.rtpTimestamp,
      receivedAtMs: metadata.receiveTime,
      decodeMs: metadata.processingDuration === undefined ? undefined : metadata.processingDuration * 1000,
      presentedAtMs: metadata.presentationTime,
      visibleAtMs: metadata.expectedDisplayTime,
      framesPresented: metadata.presentedFrames,
      width: metadata.width,
      height: metadata.height,
    });
  };
  let waiting = video.requestVideoFrameCallback(handle);
  scope.own(video, () => video.cancelVideoFrameCallback(waiting));
}

function followPlaying(scope: Scope, video: HTMLVideoElement, onFrame: (frame: ShownFrame) => void): void {
  const listener = () => {
    const nowMs = performance.now();
    onFrame({
      rtpTimestamp: undefined, receivedAtMs: undefined, decodeMs: undefined,
      presentedAtMs: nowMs, visibleAtMs: nowMs, framesPresented: 1,
      width: video.videoWidth, height: video.videoHeight,
    });
  };
  for (const sign of ["playing", "timeupdate"]) video.addEventListener(sign, listener);
  scope.own(video, () => {
    for (const sign of ["playing", "timeupdate"]) video.removeEventListener(sign, listener);
  });
}
