import { expect, test } from "vitest";
import { cameraEncoding } from "./camera-encoding.ts";

test.each([
  [640, 480, 1], [320, 240, 1], [480, 640, 1], [1280, 720, 2], [1920, 1080, 3], [1200, 1600, 2.5], [480, 480, 1],
])("a camera of %d by %d is sent %f times smaller, before all else waits for it", (width, height, times) => {
  expect(cameraEncoding({ width, height })).toMatchObject({ scaleResolutionDownBy: times, maxBitrate: 500_000, networkPriority: "very-low" });
});

test("a camera that does not tell its size is sent as it is", () => {
  expect(cameraEncoding({}).scaleResolutionDownBy).toBe(1);
});
