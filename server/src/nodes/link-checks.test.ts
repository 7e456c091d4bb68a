import { expect, test } from "vitest";
import { nextCheckAtMs } from "./link-checks.ts";
import { LINK_CHECK_EVERY_MS } from "./limits.ts";

test("the first check is at once; one that runs serves all; the next waits for its turn", () => {
  expect(nextCheckAtMs(undefined, 5_000)).toBe(5_000);
  expect(nextCheckAtMs({ atMs: 5_000, over: false }, 6_000)).toBe("shared");
  expect(nextCheckAtMs({ atMs: 5_000, over: true }, 5_001)).toBe(5_000 + LINK_CHECK_EVERY_MS);
  expect(nextCheckAtMs({ atMs: 5_000, over: true }, 60_000)).toBe(60_000);
});
