// Counts of checks, the names of those that failed, and the closing lines that sum them up.

export type Named = { name: string; message: string };
export type Tally = { passed: number; skipped: number; failures: readonly Named[]; secondTries: readonly Named[] };

/** What a vitest run leaves behind, so far; see outcome-reporter.ts. `unended`: files that were not at their end, or not begun. */
export type Outcome = { passed: number; skipped: number; failures: Named[]; secondTries: Named[]; unended: string[] };

export const NOTHING: Tally = { passed: 0, skipped: 0, failures: [], secondTries: [] };

const MESSAGE_MAX_CHARS = 300;

export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    skipped: tallies.reduce((sum, { skipped }) => sum + skipped, 0),
    failures: tallies.flatMap(({ failures }) => failures),
    secondTries: tallies.flatMap(({ secondTries }) => secondTries),
  };
}

/** "212 passed, 0 failed", and ", 3 skipped" where some were. */
export function formatTally({ passed, failures, skipped }: Tally): string {
  return `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** What failed, and what passed only when it was tried again: one line each, and none where all is well. */
export function formatNames({ failures, secondTries }: Tally): string[] {
  const list = (title: string, named: readonly Named[]) =>
    named.length === 0 ? [] : [title, ...named.map(({ name, message }) => `  ${name}\n    ${message}`)];
  return [...list("Passed on a second try:", secondTries), ...list("Failed:", failures)];
}

/** An error's first line that says something, cut where it would fill a screen. */
export function firstLineOf(message: string): string {
  const line = message.split("\n").find((each) => each.trim() !== "")?.trim() ?? "";
  return line.length > MESSAGE_MAX_CHARS ? `${line.slice(0, MESSAGE_MAX_CHARS)}…` : line;
}

/**
 * Counts a vitest run. It may die before it can tell, be ended in its middle, or fail with none
 * failed: each counts as one failure more, so that a failed run never adds up to a good one.
 */
export function tallyVitest(outcome: Outcome | undefined, exitCode: number | null): Tally {
  const how = exitCode === null ? "was ended by its time limit or a signal" : `ended with ${exitCode}`;
  if (!outcome) return { ...NOTHING, failures: [{ name: "the test run", message: how }] };
  const { unended, ...tally } = outcome;
  if (unended.length > 0) {
    return { ...tally, failures: [...tally.failures, { name: "the test run", message: `${how} before the end of ${unended.join(", ")}` }] };
  }
  return tally.failures.length === 0 && exitCode !== 0 ? { ...tally, failures: [{ name: "the test run", message: how }] } : tally;
}
