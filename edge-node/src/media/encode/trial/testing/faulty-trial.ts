// A trial's process as drivers make it: nvenc-h264 crashes it, nvenc-av1 never comes
// back, and neither does svt-av1, as on a machine without time.

import type { FromTrial, ToTrial } from "../messages.ts";

const SPEED = { frameMsP50: 4, frameMsP95: 5, fpsMax: 200 };
const tell = (message: FromTrial) => new Promise<void>((resolve) => void process.send?.(message, () => resolve()));

process.once("message", (message: ToTrial) => void tryAll(message));

async function tryAll({ names }: ToTrial): Promise<void> {
  for (const name of names) {
    await tell({ type: "trying", name });
    if (name === "nvenc-h264") process.kill(process.pid, "SIGSEGV");
    if (name === "svt-av1" || name === "nvenc-av1") await new Promise(() => setInterval(() => {}, 1_000));
    await tell({ type: "opened", name, at720p: SPEED, at1080p: SPEED });
  }
  await tell({ type: "done", waitedShare: 0 });
  process.exit();
}
