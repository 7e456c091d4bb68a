import { describe, expect, test } from "vitest";
import { addTallies, firstLineOf, formatNames, formatTally, NOTHING, tallyVitest } from "./tally.ts";

const slow = { name: "a.test.ts > waits", message: "nothing came" };
const wrong = { name: "b.test.ts > adds", message: "expected 3 to be 4" };

describe("a vitest run", () => {
  test("is counted as it says", () => {
    const tally = { passed: 2, skipped: 1, failures: [wrong], secondTries: [slow] };
    expect(tallyVitest({ ...tally, unended: [] }, 1)).toEqual(tally);
  });

  test("that failed without a failed test has one failure", () => {
    const tally = { passed: 1, skipped: 0, failures: [], secondTries: [] };
    expect(tallyVitest({ ...tally, unended: [] }, 1)).toEqual({ ...tally, failures: [{ name: "the test run", message: "ended with 1" }] });
    expect(tallyVitest(undefined, null)).toEqual({
      ...NOTHING, failures: [{ name: "the test run", message: "was ended by its time limit or a signal" }],
    });
  });

  test("that is ended in its middle counts what it had done, and names what it had not", () => {
    expect(tallyVitest({ passed: 7, skipped: 1, failures: [wrong], secondTries: [], unended: ["c.test.ts", "d.test.ts"] }, 143)).toEqual({
      passed: 7, skipped: 1, secondTries: [],
      failures: [wrong, { name: "the test run", message: "ended with 143 before the end of c.test.ts, d.test.ts" }],
    });
  });

  test("with no test at all passes as nothing", () => {
    expect(tallyVitest({ passed: 0, skipped: 0, failures: [], secondTries: [], unended: [] }, 0)).toEqual(NOTHING);
  });
});

test.each([
  [{ ...NOTHING, passed: 2 }, "2 passed, 0 failed"],
  [{ ...NOTHING, passed: 2, failures: [wrong], skipped: 3 }, "2 passed, 1 failed, 3 skipped"],
])("%j closes as %j", (tally, line) => {
  expect(formatTally(tally)).toBe(line);
});

test("the sum is over all stages", () => {
  const sum = addTallies([
    { passed: 1, skipped: 2, failures: [], secondTries: [slow] },
    { passed: 3, skipped: 0, failures: [wrong], secondTries: [] },
  ]);
  expect(sum).toEqual({ passed: 4, skipped: 2, failures: [wrong], secondTries: [slow] });
  expect(formatNames(sum)).toEqual([
    "Passed on a second try:", "  a.test.ts > waits\n    nothing came", "Failed:", "  b.test.ts > adds\n    expected 3 to be 4",
  ]);
  expect(formatNames({ ...sum, failures: [], secondTries: [] })).toEqual([]);
});

test("a failure is named in one line that fits a screen", () => {
  expect(firstLineOf("\n  it is late\nand so on")).toBe("it is late");
  expect(firstLineOf("x".repeat(1_000))).toHaveLength(301);
});
