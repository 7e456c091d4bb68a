// A vitest reporter that keeps what `npm test` counts and names at its end: a log's last lines are what people,
// and CI's page, look at first.

import { renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, TestSpecification } from "vitest/node";
import { firstLineOf, type Outcome } from "./tally.ts";

/** The file that the outcome is written to. */
export const OUTCOME_FILE = "NEARFRAME_TEST_OUTCOME";

export default class OutcomeReporter implements Reporter {
  readonly #unended = new Set<string>();
  readonly #ended: TestModule[] = [];

  onTestRunStart(specifications: readonly TestSpecification[]): void {
    for (const { moduleId } of specifications) this.#unended.add(moduleId);
    this.#keep();
  }

  /** Written after each file, for a run that a time limit ends is asked too what it did. */
  onTestModuleEnd(module: TestModule): void {
    this.#unended.delete(module.moduleId);
    this.#ended.push(module);
    this.#keep();
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[], reason: TestRunEndReason): void {
    if (reason !== "interrupted") this.#unended.clear();
    this.#keep(modules, unhandled);
  }

  #keep(modules: readonly TestModule[] = this.#ended, unhandled: readonly SerializedError[] = []): void {
    const file = process.env[OUTCOME_FILE];
    if (file === undefined) throw new Error(`${OUTCOME_FILE} names no file for the tests' outcome`);
    const unended = [...this.#unended].map(fileNameOf);
    // In one step: what is ended while it writes leaves the file of before.
    writeFileSync(`${file}.new`, JSON.stringify({ ...outcomeOf(modules, unhandled), unended } satisfies Outcome));
    renameSync(`${file}.new`, file);
  }
}

function outcomeOf(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Omit<Outcome, "unended"> {
  const outcome: Omit<Outcome, "unended"> = { passed: 0, skipped: 0, failures: [], secondTries: [] };
  const fail = (name: string, errors: readonly { message?: string }[]) =>
    outcome.failures.push({ name, message: firstLineOf(errors[0]?.message ?? "no reason given") });
  for (const module of modules) {
    const fileName = fileNameOf(module.moduleId);
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

const fileNameOf = (moduleId: string) => path.relative(process.cwd(), moduleId);
const nameOf = (fileName: string, testName: string) => `${fileName} > ${testName}`;
