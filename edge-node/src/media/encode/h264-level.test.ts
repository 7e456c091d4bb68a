import { expect, it } from "vitest";
import { chooseH264Level } from "./h264-level.ts";

it.each([
  ["640x480 at 30", 640, 480, 30, 2_000, "3.0"],
  ["720p30", 1280, 720, 30, 4_000, "3.1"],
  ["720p60", 1280, 720, 60, 6_000, "3.2"],
  ["720p60 above what the level carries", 1280, 720, 60, 30_000, "4.1"],
  ["1080p30", 1920, 1080, 30, 8_000, "4.0"],
  ["1080p60", 1920, 1080, 60, 12_000, "4.2"],
  ["a strip too long for the level of its area", 3840, 120, 30, 2_000, "4.0"],
  ["2160p60", 3840, 2160, 60, 40_000, "5.2"],
])("%s (%ix%i at %i, %i kbps) is level %s", (_what, width, height, fps, bitrateKbps, level) => {
  expect(chooseH264Level({ width, height }, fps, bitrateKbps)).toBe(level);
});

it("has no level for what H.264 can't carry", () => {
  expect(chooseH264Level({ width: 3840, height: 2160 }, 120, 900_000)).toBeUndefined();
});
