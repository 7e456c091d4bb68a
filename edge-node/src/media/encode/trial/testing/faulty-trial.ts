// A trial's process as drivers make it: nvenc-h264 crashes it, nvenc-av1 never comes
// back, and neither does svt-av1, as on a machine without time. vaapi-h264 opens three
// sessions at once, vulkan-h264 crashes at more than one.

import type { FromTrial, ToTrial } from "../messages.ts";

const SPEED = { frameMsP50: 4, frameMsP95: 5, fpsMax: 200 };
const tell = (message: FromTrial) => new Promise<void>((resolve) => void process.send?.(message, () => resolve()));

process.once("message", (message: ToTrial) => void tryAll(message));

async function tryAll({ names, what }: ToTrial): Promise<void> {
  for (const name of names) {
    await tell({ type: "trying", name });
    if (what === "sessions") {
      if (name === "vulkan-h264") process.kill(process.pid, "SIGSEGV");
      await tell({ type: "counted", name, sessionsMax: 3 });
      continue;
    }
    if (name === "nvenc-h264") process.kill(process.pid, "SIGSEGV");
    if (name === "svt-av1" || name === "nvenc-av1") await new Promise(() => setInterval(() => {}, 1_000));
    await tell({ type: "opened", name, at720p: SPEED, at1080p: SPEED });
  }
  await tell({ type: "done", waitedShare: 0 });
  process.exit();
}
