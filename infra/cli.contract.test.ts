// The command line as it meets a person, before anything is set up.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { expect, test } from "vitest";

const CLI = path.join(import.meta.dirname, "cli.mjs");

function run(args: readonly string[], nodeArgs: readonly string[] = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, CLI, ...args], { encoding: "utf8" });
  return { status, stdout, stderr: stderr.trim() };
}

test.each([
  [["start", "--help"], "--port NUMBER"],
  [["test", "--help"], "N passed, N failed"],
  [["edge", "--help"], "NEARFRAME_SERVER"],
  [["--help"], "start the server and an edge node"],
])("%j helps", (args, text) => {
  const { status, stdout } = run(args);
  expect(stdout).toContain(text);
  expect(status).toBe(0);
});

test.each([
  [["start", "--port", "many"], /^The port .* is "many", but must be a whole number from 1 to 65535\.$/],
  [["start", "--prot", "1"], /^Unknown option '--prot': --help lists the options\.$/],
  [["edge", "now"], /^"now" is not an option: --help lists them\.$/],
])("%j is refused in one sentence", (args, sentence) => {
  const { status, stderr } = run(args);
  expect(stderr).toMatch(sentence);
  expect(status).toBe(1);
});

test("an old Node is told what is needed, before it meets what it can't read", () => {
  const pretend = "Object.defineProperty(process.versions, 'node', { value: '18.20.4' })";
  const { status, stderr } = run(["start"], ["--import", `data:text/javascript,${pretend}`]);
  expect(stderr).toMatch(/^Nearframe sets itself up with Node 20 or newer, and this is 18\.20\.4: install a newer Node/);
  expect(status).toBe(1);
});
