// A vitest reporter that keeps what `npm test` counts and names at its end: a log's last lines are what people,
// and CI's page, look at first.

import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";
import { firstLineOf, type Outcome } from "./tally.ts";

/** The file that the outcome is written to. */
export const OUTCOME_FILE = "NEARFRAME_TEST_OUTCOME";

export default class OutcomeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env[OUTCOME_FILE];
    if (file === undefined) throw new Error(`${OUTCOME_FILE} names no file for the tests' outcome`);
    writeFileSync(file, JSON.stringify(outcomeOf(modules, unhandled)));
  }
}

function outcomeOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Outcome {
  const outcome: Outcome = { passed: 0, skipped: 0, failures: [], secondTries: [] };
  const fail = (name: string, errors: readonly { message?: string }[]) =>
    outcome.failures.push({ name, message: firstLineOf(errors[0]?.message ?? "no reason given") });
  for (const module of modules) {
    const fileName = path.relative(process.cwd(), module.moduleId);
    const suites = [module, ...module.children.allSuites()];
    for (const suite of suites) {
      const errors = suite.errors();
      if (errors.length > 0) fail(suite.type === "suite" ? nameOf(fileName, suite.fullName) : fileName, errors);
    }
    for (const test of module.children.allTests()) count(test, nameOf(fileName, test.fullName));
  }
  if (unhandled.length > 0) fail("an error outside of the tests", unhandled);
  return outcome;

  function count(test: TestCase, name: string): void {
    const { state, errors = [] } = test.result();
    if (state === "passed") outcome.passed++;
    // Of a test that was tried again, why the last try failed.
    else if (state === "failed") fail(name, test.attempts().at(-1)?.errors ?? errors);
    else outcome.skipped++;
    if (test.diagnostic()?.flaky) outcome.secondTries.push({ name, message: firstLineOf(test.attempts()[0]?.errors?.[0]?.message ?? "no reason kept") });
  }
}

const nameOf = (fileName: string, testName: string) => `${fileName} > ${testName}`;
