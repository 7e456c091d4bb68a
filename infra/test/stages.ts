// The stages of `npm test`: what each runs, and how its outcome is counted.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Stage } from "../commands/options.mjs";
import { OUTCOME_FILE } from "./outcome-reporter.ts";
import { runTool } from "./run-tool.ts";
import { NOTHING, tallyVitest, type Outcome, type Tally } from "./tally.ts";

/** Of all stages together: it leaves set-up some of CI's 40 minutes. */
export const RUN_LIMIT_MS = 37 * 60_000;
const STAGE_LIMIT_MS: Readonly<Record<Stage, number>> = {
  lint: 60_000,
  types: 2 * 60_000,
  unit: 3 * 60_000,
  contract: 10 * 60_000,
  // What the others leave.
  e2e: RUN_LIMIT_MS,
};

/** How long a stage may take that begins `elapsedMs` into the run. */
export const stageLimitMs = (stage: Stage, elapsedMs: number): number =>
  Math.max(0, Math.min(STAGE_LIMIT_MS[stage], RUN_LIMIT_MS - elapsedMs));

/** Packages that have types of their own; one that is not in the checkout yet is not checked. */
const TYPED_PACKAGES = ["shared", "server", "edge-node", "checker", "client", "infra", "tests"];

export function runStage(stage: Stage, root: string, filters: readonly string[], limitMs: number): Promise<Tally> {
  switch (stage) {
    case "lint":
      return runLint(root, limitMs);
    case "types":
      return runTypes(root, limitMs);
    case "unit":
    case "contract":
    case "e2e":
      return runVitest(stage, root, filters, limitMs);
  }
}

const modulePath = (root: string, ...parts: string[]) => path.join(root, "node_modules", ...parts);

async function runLint(root: string, limitMs: number): Promise<Tally> {
  const oxlint = modulePath(root, "oxlint", "bin", "oxlint");
  const { exitCode } = await runTool([oxlint, "--type-aware", "--deny-warnings"], root, limitMs);
  return oneCheck(exitCode === 0 ? [] : ["lint"]);
}

async function runTypes(root: string, limitMs: number): Promise<Tally> {
  const tsc = modulePath(root, "typescript", "bin", "tsc");
  const wrong: string[] = [];
  for (const name of TYPED_PACKAGES.filter((name) => existsSync(path.join(root, name, "tsconfig.json")))) {
    const { exitCode } = await runTool([tsc, "-p", name, "--pretty"], root, limitMs / TYPED_PACKAGES.length);
    if (exitCode !== 0) wrong.push(`types of ${name}`);
  }
  return oneCheck(wrong);
}

const oneCheck = (wrong: readonly string[]): Tally =>
  wrong.length === 0 ? { ...NOTHING, passed: 1 } : { ...NOTHING, failures: [{ name: wrong.join(", "), message: "see above" }] };

async function runVitest(project: Stage, root: string, filters: readonly string[], limitMs: number): Promise<Tally> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-test-"));
  const outcomeFile = path.join(folder, "outcome.json");
  try {
    const { exitCode, timedOut } = await runTool(
      [
        modulePath(root, "vitest", "vitest.mjs"),
        "run",
        "--config=infra/vitest.config.ts",
        `--project=${project}`,
        "--reporter=default",
        "--reporter=./infra/test/outcome-reporter.ts",
        ...filters,
      ],
      root,
      limitMs,
      { [OUTCOME_FILE]: outcomeFile },
    );
    if (timedOut) console.error(`The ${project} tests did not finish in ${(limitMs / 60_000).toFixed(1)} minutes.`);
    return tallyVitest(await readOutcome(outcomeFile), exitCode);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readOutcome(file: string): Promise<Outcome | undefined> {
  if (!existsSync(file)) return undefined; // vitest died before it could tell.
  return JSON.parse(await readFile(file, "utf8")) as Outcome;
}
