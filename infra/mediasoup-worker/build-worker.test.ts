import { expect, test } from "vitest";
import { parseNinjaShare } from "./build-worker.mjs";

test.each([
  ["[7/28] Building CXX object x.o", 0.25],
  ["-- The CXX compiler identification is GNU", undefined],
])("how far %j is", (line, share) => {
  expect(parseNinjaShare(line)).toBe(share);
});
