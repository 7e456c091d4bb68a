import { afterEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import { createIdleWatch } from "./idle-watch.ts";

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  scope = new Scope();
});

function rig() {
  vi.useFakeTimers();
  const done: string[] = [];
  const told: NodeToPlayer[] = [];
  const watch = createIdleWatch(
    {
      clock: { monotonicMs: () => Date.now(), wallMs: () => Date.now() },
      policy: { droppedS: 2, hiddenS: 30, untouchedS: 600, endsAfterS: 100 },
      tell: (message) => void told.push(message),
      onEnd: () => void done.push("end"),
      log() {},
    },
    scope,
  );
  const title = { pause: async () => void done.push("pause"), resume: async () => void done.push("resume") };
  return { watch, title, done, told };
}

test("a hidden page pauses its title, says so and for how long, and ends it at last", async () => {
  const { watch, title, done, told } = rig();
  watch.handle({ type: "hidden" });
  watch.start(title, true);
  await vi.advanceTimersByTimeAsync(30_100);
  expect(done).toEqual(["pause"]);
  expect(told).toEqual([{ type: "paused", why: "hidden", endsInMs: expect.closeTo(100_000, -2) as number }]);
  await vi.advanceTimersByTimeAsync(100_000);
  expect(done).toEqual(["pause", "end"]);
});

test("who comes back to the page before the title has a picture is not away", async () => {
  const { watch, title, done } = rig();
  watch.handle({ type: "hidden" });
  watch.handle({ type: "seen" });
  watch.start(title, true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(done).toEqual([]);
});

// A title that nobody touched was paused, and moved to another node; the page went on saying that it was paused.
test("a page that comes is told whether the title stands", async () => {
  const { watch, title, told } = rig();
  watch.reachPlayer();
  watch.start(title, true);
  await vi.advanceTimersByTimeAsync(600_100);
  watch.reachPlayer();
  expect(told.map(({ type }) => type)).toEqual(["resumed", "paused", "paused"]);
});

test("a touch wakes it, also while it is being paused", async () => {
  const { watch, title, done, told } = rig();
  const pausing = Promise.withResolvers<void>();
  watch.start({ ...title, pause: () => pausing.promise.then(title.pause) }, true);
  await vi.advanceTimersByTimeAsync(600_100);
  watch.handle({ type: "touched" });
  expect(done).toEqual([]);
  pausing.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(done).toEqual(["pause", "resume"]);
  expect(told.at(-1)).toEqual({ type: "resumed" });
});

test("nothing is paused before its start, or after its end", async () => {
  const { watch, title, done } = rig();
  await vi.advanceTimersByTimeAsync(10_000_000);
  watch.start(title, true);
  await scope.close();
  watch.handle({ type: "hidden" });
  await vi.advanceTimersByTimeAsync(10_000_000);
  expect(done).toEqual([]);
});
