import { expect, test } from "vitest";
import {
  GAP_MS_MAX, GAP_MS_MIN, GATHER_MS, guestCame, keyframeAsked, keyframeLeft, keyframeWanted, noGuestKeyframes, type GuestKeyframes,
} from "./guest-keyframes.ts";

/** Runs `wantsAtMs` through the policy as the node does, and says when keyframes were asked for. */
function run(wantsAtMs: readonly number[], untilMs: number, leftAtMs: readonly number[] = []): number[] {
  let now: GuestKeyframes = noGuestKeyframes;
  const asked: number[] = [];
  for (let atMs = 0; atMs <= untilMs; atMs += 10) {
    if (leftAtMs.includes(atMs)) now = keyframeLeft(now, atMs);
    if (wantsAtMs.includes(atMs)) now = keyframeWanted(now, atMs);
    if (now.dueAtMs !== undefined && atMs >= now.dueAtMs) {
      asked.push(atMs);
      now = keyframeAsked(now, atMs);
    }
  }
  return asked;
}

test("twelve who come together cost one keyframe", () => {
  expect(run([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110], 1_000)).toEqual([GATHER_MS]);
});

test("one who comes a little later gets one too, but not at once", () => {
  expect(run([0, 500], 5_000)).toEqual([GATHER_MS, GATHER_MS + 2 * GAP_MS_MIN]);
});

test("a viewer who asks without end costs ever fewer, down to one in half a minute", () => {
  const asks = Array.from({ length: 20_000 }, (_, i) => i * 10);
  const gaps = run(asks, 200_000).map((atMs, i, all) => atMs - (all[i - 1] ?? 0)).slice(1, 8);
  expect(gaps).toEqual([4_000, 8_000, 16_000, GAP_MS_MAX, GAP_MS_MAX, GAP_MS_MAX, GAP_MS_MAX]);
});

test("a keyframe that the player wanted serves guests who wait", () => {
  expect(run([0], 5_000, [50])).toEqual([]);
});

test("who comes does not wait for what another's network has used up", () => {
  let now: GuestKeyframes = { dueAtMs: undefined, lastAtMs: 0, gapMs: GAP_MS_MAX };
  now = keyframeWanted(now, 10);
  expect(now.dueAtMs).toBe(GAP_MS_MAX);
  now = keyframeWanted(guestCame(now), 3_000);
  expect(now.dueAtMs).toBe(3_000 + GATHER_MS);
});

test("long quiet is forgiven", () => {
  const now: GuestKeyframes = { dueAtMs: undefined, lastAtMs: 0, gapMs: 8_000 };
  expect(keyframeWanted(now, 20_000)).toMatchObject({ gapMs: GAP_MS_MIN, dueAtMs: 20_000 + GATHER_MS });
});
