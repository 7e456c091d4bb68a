// Counts of checks, and the closing line that sums them up.

export type Tally = { passed: number; failed: number; skipped: number };

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

export function addTallies(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (sum, tally) => ({
      passed: sum.passed + tally.passed,
      failed: sum.failed + tally.failed,
      skipped: sum.skipped + tally.skipped,
    }),
    NOTHING,
  );
}

/** "212 passed, 0 failed", and ", 3 skipped" where some were. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The part of vitest's JSON report that is counted. */
export type VitestReport = {
  success: boolean;
  testResults: readonly {
    status: string;
    assertionResults: readonly { status: string }[];
  }[];
};

/**
 * Counts a vitest run. A file that can't even be loaded has no tests, and a run
 * may fail with none failed (an error outside a test, a time limit): each of
 * those counts as one failure, so that a failed run never adds up to a good one.
 */
export function tallyVitest(report: VitestReport | undefined, exitCode: number | null): Tally {
  if (!report) return { ...NOTHING, failed: 1 };
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const count = (status: string) => tests.filter((test) => test.status === status).length;
  const passed = count("passed");
  const filesUnloadable = report.testResults.filter((file) => {
    return file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed");
  }).length;
  const failed = count("failed") + filesUnloadable;
  return {
    passed,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: tests.length - passed - count("failed"),
  };
}
