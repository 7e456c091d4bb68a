// Serves a virtual pad's force feedback: answers what the kernel asks, and tells what
// the motors shall do. A title waits in its system call until it is answered, so
// answers come before anything else.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { applyRumble, NO_RUMBLE, readRumble, STILL, type Rumble, type RumbleEvent, type RumbleState } from "../rumble.ts";
import {
  eraseRequest, ForceFeedbackIoctl, INPUT_EVENT_BYTES, readErase, readFeedbackEvent, readUpload, uploadRequest,
  type Request,
} from "./force-feedback-layout.ts";

/** The device's file, as far as this needs it. */
export type FeedbackFile = {
  /** Whole events that wait; empty where none does. MUST NOT block. */
  read(): Buffer;
  /** MUST fill `argument` in as the kernel does. */
  control(request: number, argument: Buffer): void;
};

export type Feedback = {
  /** The file can be read. */
  handleReadable(): void;
};

export function serveForceFeedback(
  file: FeedbackFile,
  clock: Pick<Clock, "monotonicMs">,
  onRumble: (rumble: Rumble) => void,
  scope: Scope,
): Feedback {
  let state: RumbleState = STILL;
  let told: Rumble = NO_RUMBLE;
  let timer: ReturnType<typeof setTimeout> | undefined;
  scope.own(undefined, () => clearTimeout(timer));

  function answer({ type, requestId }: Request): RumbleEvent {
    const isUpload = type === "upload";
    const request = isUpload ? uploadRequest(requestId) : eraseRequest(requestId);
    file.control(isUpload ? ForceFeedbackIoctl.beginUpload : ForceFeedbackIoctl.beginErase, request);
    const event: RumbleEvent = isUpload ? { type: "uploaded", ...readUpload(request) } : { type: "erased", id: readErase(request) };
    // `retval` stays 0: it was done.
    file.control(isUpload ? ForceFeedbackIoctl.endUpload : ForceFeedbackIoctl.endErase, request);
    return event;
  }

  function tell(nowMs: number): void {
    clearTimeout(timer);
    const { rumble, changesAtMs } = readRumble(state, nowMs);
    if (rumble !== NO_RUMBLE || told !== NO_RUMBLE) onRumble(rumble);
    told = rumble;
    // A timer may be a moment early by this clock; what is told then is what follows all the same.
    if (changesAtMs !== undefined) timer = setTimeout(() => tell(Math.max(changesAtMs, clock.monotonicMs())), Math.ceil(changesAtMs - nowMs));
  }

  return {
    handleReadable() {
      let changed = false;
      for (let events = file.read(); events.length > 0; events = file.read()) {
        for (let at = 0; at + INPUT_EVENT_BYTES <= events.length; at += INPUT_EVENT_BYTES) {
          const event = readFeedbackEvent(events.subarray(at, at + INPUT_EVENT_BYTES));
          if (!event) continue;
          state = applyRumble(state, "requestId" in event ? answer(event) : event, clock.monotonicMs());
          changed = true;
        }
      }
      if (changed) tell(clock.monotonicMs());
    },
  };
}
