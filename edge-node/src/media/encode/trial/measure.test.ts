import { describe, expect, test } from "vitest";
import type { VideoEncoder } from "../ports.ts";
import { TRIAL_FRAMES, measureEncoder, speedOf } from "./measure.ts";
import { drawMovingPicture } from "./moving-picture.ts";

const picture = drawMovingPicture({ width: 32, height: 32 }, TRIAL_FRAMES);

/** An encoder that takes `frameMs` of a clock of its own. */
function fakeEncoder(frameMs: number, unitOf = (index: number, keyframe: boolean) => ({ data: Buffer.alloc(1), keyframe: keyframe || index === 0 })) {
  const state = { nowMs: 0, frames: 0 };
  const encoder: VideoEncoder = {
    name: "x264",
    codec: "H264",
    load() {},
    loadIfDifferent: () => true,
    encode(_pts90k, { keyframe }) {
      state.nowMs += frameMs;
      return unitOf(state.frames++, keyframe);
    },
    setRate() {},
    setSize() {},
  };
  return { state, measure: () => measureEncoder(encoder, picture, () => state.nowMs) };
}

describe("a trial of an encoder", () => {
  test("says what a frame takes, and how many a second that makes", () => {
    expect(fakeEncoder(4).measure()).toEqual({ frameMsP50: 4, frameMsP95: 4, fpsMax: 250 });
  });

  test("ends early for one that is slow", () => {
    const { state, measure } = fakeEncoder(100);
    expect(measure().frameMsP50).toBe(100);
    expect(state.frames).toBeLessThan(TRIAL_FRAMES);
  });

  test.each([
    ["gives no keyframe when asked", (index: number) => ({ data: Buffer.alloc(1), keyframe: index === 0 }), /no keyframe when asked/],
    ["gives keyframes all the time", () => ({ data: Buffer.alloc(1), keyframe: true }), /nobody asked/],
    ["gives nothing", (index: number) => ({ data: Buffer.alloc(0), keyframe: index === 0 }), /empty/],
  ])("refuses one that %s", (_what, unitOf, why) => {
    expect(fakeEncoder(4, unitOf).measure).toThrow(why);
  });
});

test("speeds are told by the slow frames too", () => {
  const frameMs = Array.from({ length: 100 }, (_, index) => (index < 90 ? 5 : 20));
  expect(speedOf(frameMs)).toEqual({ frameMsP50: 5, frameMsP95: 20, fpsMax: 50 });
});

test("pictures move, and are the same every time", () => {
  const again = drawMovingPicture({ width: 32, height: 32 }, TRIAL_FRAMES);
  expect(again(3).data.equals(picture(3).data)).toBe(true);
  expect(picture(4).data.equals(picture(3).data)).toBe(false);
  expect(picture(TRIAL_FRAMES).data).toHaveLength(32 * 32 * 4);
});
