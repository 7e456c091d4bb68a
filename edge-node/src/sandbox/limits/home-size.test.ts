import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { measureFolder } from "./home-size.ts";

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "nearframe-size-"))));
afterEach(() => rm(folder, { recursive: true }));

test("what lies in folders counts, holes don't, and links lead nowhere", async () => {
  await mkdir(join(folder, "a/b"), { recursive: true });
  await writeFile(join(folder, "a/b/save"), Buffer.alloc(2 * 1024 * 1024, 1));
  await writeFile(join(folder, "hole"), "");
  await truncate(join(folder, "hole"), 1024 ** 3);
  await symlink("/usr", join(folder, "link"));
  const { diskMb, files } = await measureFolder(folder, 100);
  expect(diskMb).toBeGreaterThanOrEqual(2);
  expect(diskMb).toBeLessThan(2.5);
  expect(files).toBe(5);
});

test("stops counting where the answer is known", async () => {
  for (let index = 0; index < 30; index++) await writeFile(join(folder, `${index}`), "");
  expect((await measureFolder(folder, 10)).files).toBe(11);
});
