import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { ConfinedExit, Confinement, Sandbox } from "../../sandbox/ports.ts";
import { createWinePrefixes, PREFIX_FOLDER, type WinePrefixes } from "./prefix.ts";

let scope: Scope;
let folder: string;
beforeEach(async () => {
  scope = new Scope();
  folder = await mkdtemp(join(tmpdir(), "nearframe-prefix-"));
  scope.own(folder, (folder) => rm(folder, { recursive: true, force: true }));
});
afterEach(() => scope.close());

/** A Windows that is set up when the test says so. */
function setUp() {
  const done: string[] = [];
  let end: (exit: ConfinedExit) => void = () => undefined;
  const sandbox: Sandbox = {
    name: "none",
    notices: [],
    view: () => ({ home: "/home/player", titleFolder: "/title" }),
    async start({ homeFolder }: Confinement) {
      done.push("start");
      await mkdir(join(homeFolder, PREFIX_FOLDER));
      await writeFile(join(homeFolder, PREFIX_FOLDER, "system.reg"), "");
      return {
        pid: 1,
        exited: new Promise((resolve) => (end = resolve)),
        lastOutput: () => "",
        pause: async () => void done.push("pause"),
        resume: async () => void done.push("resume"),
      };
    },
  };
  const wine = { file: "/usr/bin/wine", server: "/usr/bin/wineserver", version: "8.0" };
  const prefixes: WinePrefixes = createWinePrefixes({ wine, sandbox, cacheFolder: join(folder, "cache") }, scope);
  return { prefixes, done, end: () => end({ code: 0, signal: null }) };
}

test("what is made for later sessions stands still while one runs, and goes on after it", async () => {
  const { prefixes, done, end } = setUp();
  const ready = prefixes.makeReady();
  await vi.waitFor(() => expect(done).toEqual(["start", "resume"]));
  prefixes.setBusy(true);
  await vi.waitFor(() => expect(done.slice(2)).toEqual(["pause"]));
  prefixes.setBusy(true);
  prefixes.setBusy(false);
  await vi.waitFor(() => expect(done.slice(2)).toEqual(["pause", "resume"]));
  end();
  await ready;
  expect(await readdir(join(folder, "cache"))).toEqual([expect.stringMatching(/^wine-/)]);
  prefixes.setBusy(true);
  expect(done).toHaveLength(4);
});

test("a session that waits for its Windows has it made beside the others", async () => {
  const { prefixes, done, end } = setUp();
  prefixes.setBusy(true);
  const ready = prefixes.makeReady();
  await vi.waitFor(() => expect(done).toEqual(["start", "pause"]));
  const home = join(folder, "home");
  const laid = prefixes.layInto(home);
  await vi.waitFor(() => expect(done.slice(2)).toEqual(["resume"]));
  end();
  await Promise.all([ready, laid]);
  expect(await readdir(join(home, PREFIX_FOLDER))).toEqual(["system.reg"]);
});
