import { mkdtemp, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { storageContract } from "../../storage.contract.ts";
import { openFolderStorage } from "./folder-storage.ts";

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(os.tmpdir(), "nearframe-storage-"));
  onTestFinished(() => rm(made, { recursive: true, force: true }));
  return made;
}

storageContract(async () => openFolderStorage(await folder()));

test("what could not be written leaves nothing behind", async () => {
  const root = await folder();
  const storage = await openFolderStorage(root);
  await storage.put("taken", new Uint8Array(1));
  // A file stands where a folder would have to be.
  await expect(storage.put("taken/inside", new Uint8Array(1))).rejects.toThrow();
  expect(await readdir(path.join(root, ".unfinished"))).toEqual([]);
});
