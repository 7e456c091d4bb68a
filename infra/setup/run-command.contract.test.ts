import { expect, test } from "vitest";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

test("a program's lines are heard as they come, and the end of them kept", async () => {
  const heard: string[] = [];
  const result = await runCommand("sh", ["-c", "echo one; echo two >&2; seq 1000; exit 3"], { timeLimitMs: 10_000, onLine: (line) => heard.push(line) });
  expect(result).toMatchObject({ code: 3, timedOut: false });
  expect(heard).toContain("one");
  expect(heard).toContain("two");
  expect(result.output.split("\n")).toHaveLength(200);
  // What went to the error stream may be read last.
  expect(result.output).toMatch(/\n1000(\ntwo)?$/);
});

test("a program that takes too long is ended", async () => {
  expect(await runCommand("sleep", ["60"], { timeLimitMs: 50 })).toMatchObject({ code: null, timedOut: true });
});

test("a program that is not there is one sentence", async () => {
  const running = runCommand("no-such-program", [], { timeLimitMs: 1_000 });
  await expect(running).rejects.toThrow(SetupError);
  await expect(running).rejects.toThrow('The program "no-such-program" is not on this machine.');
});
