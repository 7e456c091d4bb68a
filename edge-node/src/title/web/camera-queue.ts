// Frames of the player's camera that wait for a page which is still busy with the one before. Pure.
//
// Each is made of the one before it, so one alone can't be left out; but what came before a keyframe
// may be. A page that falls behind gives up what waits and goes on with the next keyframe.

import type { CodedPicture } from "../bridge/messages.ts";

export type CameraQueue = { busy: boolean; waiting: readonly CodedPicture[]; needsKeyframe: boolean };
export type CameraEvent = { type: "frame"; frame: CodedPicture } | { type: "taken" };
export type CameraEffect = { type: "give"; frame: CodedPicture } | { type: "ask-keyframe" };

/** Half a second: who is further behind sees a new picture sooner than the old ones. */
export const WAITING_MAX = 8;

/** A page that has just opened the camera. */
export const NEW_PAGE: CameraQueue = { busy: false, waiting: [], needsKeyframe: true };

export function passCamera(queue: CameraQueue, event: CameraEvent): [CameraQueue, CameraEffect[]] {
  switch (event.type) {
    case "frame": {
      const { frame } = event;
      if (queue.needsKeyframe && !frame.keyframe) return [queue, []];
      if (!queue.busy) return [{ busy: true, waiting: [], needsKeyframe: false }, [{ type: "give", frame }]];
      if (frame.keyframe) return [{ ...queue, waiting: [frame], needsKeyframe: false }, []];
      if (queue.waiting.length < WAITING_MAX) return [{ ...queue, waiting: [...queue.waiting, frame] }, []];
      return [{ ...queue, waiting: [], needsKeyframe: true }, [{ type: "ask-keyframe" }]];
    }
    case "taken": {
      const [frame, ...waiting] = queue.waiting;
      if (!frame) return [{ ...queue, busy: false }, []];
      return [{ ...queue, waiting }, [{ type: "give", frame }]];
    }
  }
}
