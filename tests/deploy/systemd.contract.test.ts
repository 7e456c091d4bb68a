// The systemd units: read by systemd itself where it is here, and always held to
// what the programs say of their environment.

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { readText, ROOT } from "./files.ts";
import { nodeFaults, serverFaults } from "./programs-environment.ts";

const run = promisify(execFile);
const FOLDER = "infra/systemd";
const UNITS = readdirSync(path.join(ROOT, FOLDER));
const ANALYZE = ["/usr/bin/systemd-analyze", "/bin/systemd-analyze"].find((file) => existsSync(file));
/** Where the units say that Nearframe lies. */
const INSTALLED = "/opt/nearframe";

/** systemd's own complaints about the units, as they would be on a machine where Nearframe lies in `ROOT`. */
async function complaints(change: (unit: string) => string = (unit) => unit): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-units-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const unit of UNITS) await writeFile(path.join(folder, unit), change(readText(FOLDER, unit).replaceAll(INSTALLED, ROOT)));
  const files = UNITS.map((unit) => path.join(folder, unit.replace("@.", "@8080.")));
  try {
    const { stdout, stderr } = await run(ANALYZE!, ["verify", "--man=no", ...files], { env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` } });
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

/** Only about ours: a machine's own units may have faults. */
const ours = (text: string) => text.split("\n").filter((line) => line.includes("nearframe") && !/postgresql|nats-server/.test(line));

describe.runIf(ANALYZE !== undefined)("systemd", () => {
  test("takes the units", async () => {
    expect(ours(await complaints())).toEqual([]);
  });

  test.each([
    ["a setting that it doesn't know", "LimitNOFILE=", "LimitFiles="],
    ["a program that isn't there", "node_modules/.bin/node", "node_modules/.bin/nodejs-24"],
    ["a value that is none", "TimeoutStopSec=20", "TimeoutStopSec=soon"],
  ])("notices %s", async (_name, right, wrong) => {
    expect(ours(await complaints((unit) => unit.replaceAll(right, wrong)))).not.toEqual([]);
  });
});

test("the programs that the units start are there", () => {
  for (const unit of UNITS) {
    for (const [, script] of readText(FOLDER, unit).matchAll(/^Exec\w+=\S+\/node (\S+)$/gm)) expect(existsSync(path.join(ROOT, script!)), script).toBe(true);
  }
});

test("the programs take the environment that the units give them", () => {
  const environmentOf = (unit: string) => {
    const assignments = [...readText(FOLDER, unit).matchAll(/^Environment=(.*)$/gm)].flatMap(([, line]) => line!.replaceAll("%i", "8080").split(" "));
    return Object.fromEntries(assignments.map((assignment) => assignment.split("=") as [string, string]));
  };
  expect(serverFaults(environmentOf("nearframe-server@.service"))).toEqual([]);
  expect(nodeFaults(environmentOf("nearframe-edge-node.service"))).toEqual([]);
});
