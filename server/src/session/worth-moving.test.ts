import { expect, test } from "vitest";
import { BETTER_FOR_MS, PAUSE_MS, watchBetter, type Comparison, type Watch } from "./worth-moving.ts";

const seen = (atMs: number, change: Partial<Comparison> = {}): Comparison => ({
  atMs,
  present: { rttMs: 50, mos: 3.6 },
  other: { nodeId: "n2", rttMs: 30, mos: 4.1 },
  lastInputAtMs: -PAUSE_MS,
  savedAll: true,
  ...change,
});

/** A look every second; the node to move to, and when. */
function watchFor(ms: number, at: (atMs: number) => Comparison): [atMs: number, nodeId: string] | undefined {
  let watch: Watch;
  for (let atMs = 0; atMs <= ms; atMs += 1_000) {
    const [next, moveTo] = watchBetter(watch, at(atMs));
    if (moveTo !== undefined) return [atMs, moveTo];
    watch = next;
  }
  return undefined;
}

test("better by what one feels, for half a minute, in a pause: it moves, and not before", () => {
  expect(watchFor(60_000, (atMs) => seen(atMs))).toEqual([BETTER_FOR_MS, "n2"]);
});

test("nearer without feeling better, or the other way round, is no reason", () => {
  expect(watchFor(90_000, (atMs) => seen(atMs, { other: { nodeId: "n2", rttMs: 41, mos: 4.5 } }))).toBeUndefined();
  expect(watchFor(90_000, (atMs) => seen(atMs, { other: { nodeId: "n2", rttMs: 10, mos: 3.8 } }))).toBeUndefined();
  expect(watchFor(90_000, (atMs) => seen(atMs, { other: undefined }))).toBeUndefined();
});

test("one bad look starts the count again, and so does another node that is better", () => {
  const once = (atMs: number) => seen(atMs, atMs === 20_000 ? { present: { rttMs: 30, mos: 4.1 } } : {});
  expect(watchFor(90_000, once)).toEqual([21_000 + BETTER_FOR_MS, "n2"]);
  const turns = (atMs: number) => seen(atMs, { other: { nodeId: atMs % 2_000 === 0 ? "n2" : "n3", rttMs: 30, mos: 4.1 } });
  expect(watchFor(90_000, turns)).toBeUndefined();
});

test("a player who is in the middle of something is left alone until there is a pause", () => {
  const busy = (atMs: number) => seen(atMs, { lastInputAtMs: Math.min(atMs, 60_000) });
  expect(watchFor(120_000, busy)).toEqual([60_000 + PAUSE_MS, "n2"]);
});

test("what the player did and nobody has saved yet keeps it where it is", () => {
  expect(watchFor(120_000, (atMs) => seen(atMs, { savedAll: atMs >= 70_000 }))).toEqual([70_000, "n2"]);
  expect(watchFor(120_000, (atMs) => seen(atMs, { savedAll: false }))).toBeUndefined();
});
