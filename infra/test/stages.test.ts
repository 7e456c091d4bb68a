import { expect, test } from "vitest";
import { RUN_LIMIT_MS, stageLimitMs } from "./stages.ts";

const MINUTE_MS = 60_000;

test("the last stage may take what the others left, and none goes on beyond the run's limit", () => {
  expect(stageLimitMs("e2e", 5 * MINUTE_MS)).toBe(RUN_LIMIT_MS - 5 * MINUTE_MS);
  expect(stageLimitMs("contract", RUN_LIMIT_MS - MINUTE_MS)).toBe(MINUTE_MS);
  expect(stageLimitMs("e2e", RUN_LIMIT_MS + MINUTE_MS)).toBe(0);
});

test("a stage that hangs leaves the next ones most of the run", () => {
  const others = (["lint", "types", "unit", "contract"] as const).reduce((sum, stage) => sum + stageLimitMs(stage, 0), 0);
  expect(others).toBeLessThan(RUN_LIMIT_MS / 2);
});

test("the run leaves set-up some of CI's 40 minutes", () => {
  expect(RUN_LIMIT_MS).toBeLessThanOrEqual(37 * MINUTE_MS);
});
