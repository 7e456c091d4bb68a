import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, expect, test, vi } from "vitest";
import { createQuietWatch, QUIET_MS_MAX } from "./quiet-watch.ts";

const scope = new Scope();
afterEach(() => vi.useRealTimers());

test("who holds something and is not heard any more lets go, once; who is heard holds on", async () => {
  vi.useFakeTimers();
  let held = false;
  let letGo = 0;
  const watch = createQuietWatch({ nowMs: () => performance.now(), holds: () => held, letGo: () => void (letGo += 1) }, scope);
  watch.hear();
  expect(vi.getTimerCount()).toBe(0);
  held = true;
  for (let passedMs = 0; passedMs < 3 * QUIET_MS_MAX; passedMs += 1_000) {
    watch.hear();
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(letGo).toBe(0);
  await vi.advanceTimersByTimeAsync(QUIET_MS_MAX);
  expect([letGo, vi.getTimerCount()]).toEqual([1, 0]);
  watch.hear();
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
});
