import { expect, test } from "vitest";
import { createProgress, formatProgress } from "./progress.mjs";
import { createContext, runSteps, type Step } from "./run-steps.mjs";

async function run(steps: readonly Step[]): Promise<string[]> {
  let text = "";
  let nowMs = 0;
  const progress = createProgress({ write: (part: string) => (text += part) }, () => (nowMs += 1_000));
  await runSteps(steps, createContext("/repository", {}), progress).catch((error: Error) => (text += `threw ${error.message}\n`));
  return text.split("\n").slice(0, -1);
}

const nothing = { name: "npm packages", plan: () => Promise.resolve(undefined) };
const work = (outcome?: string): Step => ({
  name: "client",
  plan: () => Promise.resolve({ detail: "build", run: () => Promise.resolve(outcome) }),
});

test("steps with nothing to do say nothing", async () => {
  expect(await run([nothing, nothing])).toEqual([]);
});

test("a step is shown with its number, what it does and how long it took", async () => {
  expect(await run([nothing, work()])).toEqual(["[2/2] client: build", "[2/2] client  done  1 s"]);
});

test("after the first that works, the others say that they are ready", async () => {
  expect(await run([work("not to be had"), nothing])).toEqual([
    "[1/2] client: build",
    "[1/2] client  not to be had  1 s",
    "[2/2] npm packages  ready",
  ]);
});

test("a step that fails ends the run", async () => {
  const failing: Step = { name: "client", plan: () => Promise.resolve({ run: () => Promise.reject(new Error("no disk")) }) };
  expect(await run([failing, work()])).toEqual(["[1/2] client", "[1/2] client  failed  1 s", "threw no disk"]);
});

test("what one step finds, a later one can act on", async () => {
  const download: Step = {
    name: "download",
    plan: (context) => Promise.resolve({ run: () => ((context.workerToBuild = true), Promise.resolve()) }),
  };
  const build: Step = {
    name: "build",
    plan: (context) => Promise.resolve(context.workerToBuild ? { run: () => Promise.resolve() } : undefined),
  };
  expect(await run([download, build])).toContain("[2/2] build  done  1 s");
});

test.each([
  [{}, "[1/2] x  3 s"],
  [{ share: 0.429 }, "[1/2] x  42 %  3 s"],
  [{ share: 1.2, text: "Unpacking" }, "[1/2] x  100 %  Unpacking  3 s"],
])("progress %j", (advance, line) => {
  expect(formatProgress("[1/2] x", advance, 2_600)).toBe(line);
});
