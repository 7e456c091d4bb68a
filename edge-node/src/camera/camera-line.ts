// The player's camera on its way to a web title: packets in, whole frames out, and keyframes asked
// for where something is lost. Frames stay coded: the title's own browser decodes them, in its
// sandbox, so that nothing here reads what a stranger's encoder made.

import { NO_FRAMES, startOver, takePacket, type CameraFrame } from "./frames.ts";

export interface CameraLine {
  /** Nothing of before is shown from now on. */
  open(): void;
  hear(rtpPacket: Buffer, requestKeyframe: () => void): void;
  /** A page begins with the picture, or has lost it. */
  wantKeyframe(): void;
}

export type CameraLinePorts = {
  nowMs(): number;
  /** False where nobody takes it. */
  show(frame: CameraFrame): boolean;
};

/** A keyframe is ten times another frame; one that was asked for needs a round trip and a frame. */
const KEYFRAME_EVERY_MS = 500;

export function createCameraLine({ nowMs, show }: CameraLinePorts): CameraLine {
  let state = NO_FRAMES;
  let request: (() => void) | undefined;
  let askedAtMs = -Infinity;

  function ask(): void {
    if (nowMs() - askedAtMs < KEYFRAME_EVERY_MS) return;
    askedAtMs = nowMs();
    request?.();
  }

  return {
    open() {
      state = NO_FRAMES;
      request = undefined;
    },
    hear(packet, requestKeyframe) {
      request = requestKeyframe;
      const [next, { frames, lost }] = takePacket(state, packet, nowMs());
      // What can't be passed on is as good as lost.
      const shown = frames.every(show);
      state = shown ? next : startOver(next);
      if (lost || !shown) ask();
    },
    wantKeyframe: ask,
  };
}
