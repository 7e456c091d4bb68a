import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isRunning } from "../testing/process-tree.ts";
import { runTool } from "./run-tool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "nearframe-tool-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A tool that leaves a process running, as a crashed browser test would. */
const LEAVES_ONE = `
  const child = require("node:child_process").spawn("sleep", ["60"], { stdio: "ignore" });
  require("node:fs").writeFileSync("pid", String(child.pid));
`;

function write(text: string): string {
  const file = path.join(folder, "tool.cjs");
  writeFileSync(file, text);
  return file;
}

const leftPid = () => Number(readFileSync(path.join(folder, "pid"), "utf8"));

test("a tool's exit code is told, and what it left running is ended", async () => {
  const result = await runTool([write(`${LEAVES_ONE}; child.unref(); process.exitCode = 3;`)], folder, 10_000);
  expect(result).toEqual({ exitCode: 3, timedOut: false });
  await vi.waitFor(() => expect(isRunning(leftPid())).toBe(false));
});

test("a tool that takes too long is ended with all that it started", async () => {
  const result = await runTool([write(`${LEAVES_ONE}; setInterval(() => {}, 1000);`)], folder, 500);
  expect(result.timedOut).toBe(true);
  await vi.waitFor(() => expect(isRunning(leftPid())).toBe(false));
});
