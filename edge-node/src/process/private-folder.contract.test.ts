import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { createPrivateFolder, sweepPrivateFolders } from "./private-folder.ts";

test("a private folder is this user's alone, and ends with its owner", async () => {
  const scope = new Scope();
  const folder = await createPrivateFolder("test", scope);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  await writeFile(join(folder, "kept"), "something");
  await scope.close();
  expect(existsSync(folder)).toBe(false);
});

test("what a killed process left is swept away, and nothing else", async () => {
  await using scope = new Scope();
  const parent = await createPrivateFolder("test", scope);
  const living = await createPrivateFolder("display", scope, parent);
  const { pid: ended } = spawnSync("true");
  const left = join(parent, `nearframe-sound-${ended}-AbC123`);
  const strange = join(parent, "somebody-elses");
  await Promise.all([mkdir(left), mkdir(strange)]);
  expect(await sweepPrivateFolders([parent, parent])).toEqual([left]);
  expect([left, living, strange].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});
