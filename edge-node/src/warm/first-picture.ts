// Waits for a title's first picture without a pipeline: a sample of the display's pixels, a few times a second.

import type { Scope } from "@nearframe/shared/lifetime";
import { openSharedMemory } from "../media/capture/adapters/shared-memory.ts";
import { openXvfbFramebuffer } from "../media/capture/adapters/xvfb-framebuffer.ts";
import { showsPicture } from "../media/capture/first-picture.ts";
import type { Display } from "../session/ports.ts";

/** PERF: a look at 720p takes 0.1 ms. */
const LOOK_INTERVAL_MS = 50;

/** Resolves when there is one; rejects when the display is gone. What it opens is closed by then. */
export async function firstPicture(display: Display, owner: Scope): Promise<void> {
  const scope = owner.child();
  const { size, framebufferPath } = display;
  const seen = Promise.withResolvers<void>();
  // It may fail before anybody waits for it.
  seen.promise.catch(() => undefined);
  scope.own(seen, ({ reject }) => reject(new Error("the display was closed before it showed a picture")));
  try {
    const openSource = framebufferPath === undefined ? openSharedMemory : openXvfbFramebuffer(framebufferPath);
    // Whether anything was drawn since the last look is not asked: a look costs as little as the answer.
    const source = await openSource({ display, size }, { onDamage() {}, onGone: seen.reject }, scope);
    const looking = setInterval(() => source.grab((pixels) => void (showsPicture(pixels, size) && seen.resolve())), LOOK_INTERVAL_MS);
    scope.own(looking, clearInterval);
    await seen.promise;
  } finally {
    await scope.close("seen");
  }
}
