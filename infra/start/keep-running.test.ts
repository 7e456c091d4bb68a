import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepRunning } from "./keep-running.ts";
import { ProgramFailedError, type Program, type ProgramExit, type ReadyMessage } from "./program.ts";
import { DEATHS_MAX } from "./restart-policy.ts";

const SPEC = { name: "node", script: "main.ts", environment: {} };

/** A program that does what the test says. */
function fakeProgram() {
  const ready = Promise.withResolvers<ReadyMessage>();
  const exited = Promise.withResolvers<ProgramExit>();
  ready.promise.catch(() => {});
  const program: Program = {
    ready: ready.promise,
    exited: exited.promise,
    lastOutput: () => "its last words",
    kill: vi.fn(() => exited.resolve({ code: null, signal: "SIGKILL" })),
    stop: vi.fn(() => Promise.resolve()),
  };
  return {
    program,
    getReady: () => ready.resolve({ type: "ready" }),
    die: () => exited.resolve({ code: 3, signal: null }),
    failToGetReady: () => ready.reject(new ProgramFailedError("The node ended while it was starting.", "")),
  };
}

function setUp() {
  const programs: ReturnType<typeof fakeProgram>[] = [];
  const said: string[] = [];
  const scope = new Scope();
  const ports = {
    startProgram: () => {
      const fake = fakeProgram();
      programs.push(fake);
      return fake.program;
    },
    clock: { wallMs: () => 0, monotonicMs: () => Date.now() },
    say: (sentence: string) => said.push(sentence),
  };
  return { programs, said, scope, keeping: keepRunning(SPEC, ports, scope) };
}

const flush = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test("a program that dies is started again after a pause, and said to be", async () => {
  const { programs, said, scope, keeping } = setUp();
  programs[0]!.getReady();
  await keeping;
  programs[0]!.die();
  await vi.advanceTimersByTimeAsync(499);
  expect(programs).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(programs).toHaveLength(2);
  programs[1]!.getReady();
  await flush();
  expect(said).toEqual(["The node ended with status 3; it is started again in 0.5 s.", "The node runs again."]);
  await scope.close();
});

test("a program that never gets ready the first time is not tried again", async () => {
  const { programs, scope, keeping } = setUp();
  programs[0]!.failToGetReady();
  await expect(keeping).rejects.toThrow("ended while it was starting");
  programs[0]!.die();
  await flush();
  expect(programs).toHaveLength(1);
  await scope.close();
});

test("a program that dies too often is given up, with its last words", async () => {
  const { programs, scope, keeping } = setUp();
  programs[0]!.getReady();
  const { givenUp } = await keeping;
  for (let deaths = 0; deaths < DEATHS_MAX; deaths++) {
    programs.at(-1)!.die();
    await vi.advanceTimersByTimeAsync(8_000);
  }
  expect(programs).toHaveLength(DEATHS_MAX);
  expect(await givenUp).toMatchObject({ message: "The node ends again and again (with status 3).", output: "its last words" });
  await scope.close();
});

test("one that hangs as it is started again is killed, and counts as dead", async () => {
  const { programs, scope, keeping } = setUp();
  programs[0]!.getReady();
  await keeping;
  programs[0]!.die();
  await vi.advanceTimersByTimeAsync(500);
  programs[1]!.failToGetReady();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(programs[1]!.program.kill).toHaveBeenCalled();
  expect(programs).toHaveLength(3);
  await scope.close();
});

test("closing stops the program that runs now, and a pending restart", async () => {
  const { programs, scope, keeping } = setUp();
  programs[0]!.getReady();
  await keeping;
  programs[0]!.die();
  await flush();
  await scope.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(programs).toHaveLength(1);
  expect(programs[0]!.program.stop).toHaveBeenCalledOnce();
});

test("what dies because it was stopped is not started again", async () => {
  const { programs, scope, keeping, said } = setUp();
  programs[0]!.getReady();
  await keeping;
  const closing = scope.close();
  programs[0]!.die();
  await closing;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(programs).toHaveLength(1);
  expect(said).toEqual([]);
});
