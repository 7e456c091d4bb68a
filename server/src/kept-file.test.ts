import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readOrMakeFile } from "./kept-file.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "nearframe-kept-"));
  file = path.join(folder, "secret");
});
afterEach(() => rm(folder, { recursive: true }));

test("it is made once, for its owner alone, and kept", async () => {
  expect(await readOrMakeFile(file, () => "first")).toBe("first");
  expect(await readOrMakeFile(file, () => "second")).toBe("first");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["secret"]);
});

test("of several at the same moment one is kept, and all are told that one", async () => {
  const told = await Promise.all(Array.from({ length: 20 }, (_, i) => readOrMakeFile(file, () => `secret ${i}`)));
  expect(new Set(told)).toEqual(new Set([await readFile(file, "utf8")]));
});

// Seen once: a server that was told to stop in its first second left one, and never started again.
test("an empty file, left by whoever was ended while it made one, is made anew", async () => {
  await writeFile(file, "");
  expect(await readOrMakeFile(file, () => "whole")).toBe("whole");
  expect(await readFile(file, "utf8")).toBe("whole");
});

test("what can't be kept is said, and leaves nothing", async () => {
  await expect(readOrMakeFile(path.join(folder, "nowhere", "secret"), () => "it")).rejects.toThrow("ENOENT");
  expect(await readdir(folder)).toEqual([]);
});
