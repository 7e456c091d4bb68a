import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { watchForSilence } from "./silence-watch.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setImmediate", "performance"] }));
afterEach(() => void vi.useRealTimers());

test("silence is noticed once, and not before its time", () => {
  const onSilent = vi.fn();
  const hear = watchForSilence(1_000, onSilent, new Scope());
  for (let count = 0; count < 20; count++) {
    vi.advanceTimersByTime(250);
    hear();
  }
  vi.advanceTimersByTime(1_000);
  expect(onSilent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(5_000);
  expect(onSilent).toHaveBeenCalledOnce();
});

// A node that stood still for seconds finds its timers due before the messages that waited for it.
test("what waited to be heard counts", () => {
  const onSilent = vi.fn();
  const hear = watchForSilence(1_000, onSilent, new Scope());
  vi.advanceTimersByTime(1_000);
  setImmediate(hear);
  vi.advanceTimersByTime(100);
  expect(onSilent).not.toHaveBeenCalled();
});

test("nobody is watched when the scope has closed", async () => {
  const [scope, onSilent] = [new Scope(), vi.fn()];
  watchForSilence(1_000, onSilent, scope);
  await scope.close();
  vi.advanceTimersByTime(5_000);
  expect(onSilent).not.toHaveBeenCalled();
});
