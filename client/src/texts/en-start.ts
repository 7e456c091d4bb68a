// What the client says while a title starts, in English.

import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { Slow } from "../stream/session-state.ts";

/** What is being waited for, and the step's short name. */
export const steps: Record<StartStep, { now: string; name: string }> = {
  placed: { now: "Finding a machine near you", name: "Machine" },
  "transports-opened": { now: "Opening a way to it", name: "Way" },
  "display-started": { now: "Switching on your screen", name: "Screen" },
  "sound-started": { now: "Switching on the sound", name: "Sound" },
  "title-started": { now: "Starting the title", name: "Title" },
  "first-picture": { now: "Waiting for its first picture", name: "Picture" },
  connected: { now: "Connecting you", name: "You" },
  "first-frame": { now: "Bringing the picture to you", name: "Play" },
};

/** In place of a word on how long it will be, which nobody knows. */
export const slow: Record<Slow, string> = {
  title: "This title takes longer than usual to show its first picture. Wait a little, or leave and choose another.",
  machine: "This machine takes longer than usual to get ready. Wait a little, or leave and try again.",
};
