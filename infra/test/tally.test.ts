import { describe, expect, test } from "vitest";
import { TIME_LIMIT_MS } from "./stages.ts";
import { addTallies, formatTally, NOTHING, tallyVitest } from "./tally.ts";

const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((status) => ({ status })) });

describe("a vitest run", () => {
  test("counts its tests, and what did not run as skipped", () => {
    const report = { success: false, testResults: [file("passed", "passed", "passed", "pending"), file("failed", "failed", "todo")] };
    expect(tallyVitest(report, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  test("counts a file that can't be loaded as a failure", () => {
    const report = { success: false, testResults: [file("passed", "passed"), file("failed")] };
    expect(tallyVitest(report, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test("that failed without a failed test has one failure", () => {
    expect(tallyVitest({ success: false, testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(tallyVitest(undefined, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  test("with no test at all passes as nothing", () => {
    expect(tallyVitest({ success: true, testResults: [] }, 0)).toEqual(NOTHING);
  });
});

test.each([
  [{ passed: 2, failed: 0, skipped: 0 }, "2 passed, 0 failed"],
  [{ passed: 2, failed: 1, skipped: 3 }, "2 passed, 1 failed, 3 skipped"],
])("%j closes as %j", (tally, line) => {
  expect(formatTally(tally)).toBe(line);
});

test("the sum is over all stages", () => {
  expect(addTallies([{ passed: 1, failed: 0, skipped: 2 }, { passed: 3, failed: 1, skipped: 0 }])).toEqual({ passed: 4, failed: 1, skipped: 2 });
});

test("the stages' limits together leave set-up some of CI's 40 minutes", () => {
  const totalMs = Object.values(TIME_LIMIT_MS).reduce((sum, limitMs) => sum + limitMs, 0);
  expect(totalMs).toBeLessThanOrEqual(37 * 60_000);
});
