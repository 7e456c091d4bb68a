import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Display, RunningProgram, Sound } from "../session/ports.ts";
import { scriptManifest } from "../title/testing/script-manifest.ts";
import { createWarmTitles, type WarmTitlesPorts } from "./warm-titles.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Parts that open at once and stay. */
const never = new Promise<never>(() => {});
const PARTS: Omit<WarmTitlesPorts, "cardPlaces"> = {
  openDisplay: async () => ({ closed: never }) as unknown as Display,
  openSound: async () => ({ closed: never }) as unknown as Sound,
  openInputSink: async () => ({ apply: async () => undefined, lacks: {} }),
  launchTitle: async () => ({ exited: never, lastOutput: () => "", pause: async () => undefined }) as unknown as RunningProgram,
  findTitle: async (title) => title,
  createFolder: async () => "/nearframe-no-such-folder",
  firstPicture: async () => undefined,
  room: () => ({ slots: 4, memoryFreeMb: 100_000 }),
  onChanged: () => undefined,
  nowMs: () => performance.now(),
  log: { info() {}, warn() {} },
};

test("a copy on a graphics card leaves a place free there, and goes when players have the rest", async () => {
  await using scope = new Scope();
  let places = 1;
  const warm = createWarmTitles({ ...PARTS, cardPlaces: () => places }, scope);
  const target = (id: string, gpu: boolean) => ({
    title: { folder: "/title", manifest: scriptManifest({ id, resources: { cpuCores: 1, memoryMb: 64, gpu, network: false } }) }, count: 1,
  });
  warm.want([target("on-card", true), target("on-processor", false)]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(warm.waiting()).toEqual(["on-processor"]);
  places = 2;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(warm.waiting().toSorted()).toEqual(["on-card", "on-processor"]);
  // The copy has one of them, a player's title the other.
  places = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(warm.waiting()).toEqual(["on-processor"]);
});
