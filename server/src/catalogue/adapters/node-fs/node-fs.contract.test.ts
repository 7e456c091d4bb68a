// The file system adapters against a real file system.

import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Scope } from "@nearframe/shared/lifetime";
import { expect, onTestFinished, test, vi } from "vitest";
import { silentLog } from "../../../testing/world.ts";
import { ART_BYTES_MAX, CLIP_BYTES_MAX, readArtFile } from "./art-file.ts";
import { nodeFolderReader } from "./folder-reader.ts";
import { watchFoldersWith } from "./watch-folders.ts";

async function folder(): Promise<string> {
  const it = await mkdtemp(path.join(os.tmpdir(), "nearframe-titles-"));
  onTestFinished(() => rm(it, { recursive: true, force: true }));
  return it;
}

test("folders are listed sorted, with links and without hidden ones and files", async () => {
  const root = await folder();
  for (const name of ["b", "a", ".git"]) await mkdir(path.join(root, name));
  await writeFile(path.join(root, "file"), "");
  await symlink(path.join(root, "a"), path.join(root, "c"));
  expect(await nodeFolderReader.listFolders(root)).toEqual(["a", "b", "c"]);
  await expect(nodeFolderReader.listFolders(path.join(root, "none"))).rejects.toThrow("ENOENT");
});

test("text is read, absence is no error, and what is too large is refused", async () => {
  const root = await folder();
  await writeFile(path.join(root, "title.json"), "{}");
  await writeFile(path.join(root, "huge.json"), "x".repeat(300 * 1024));
  expect(await nodeFolderReader.readText(path.join(root, "title.json"))).toBe("{}");
  expect(await nodeFolderReader.readText(path.join(root, "none.json"))).toBeUndefined();
  expect(await nodeFolderReader.readText(path.join(root, "title.json", "inside"))).toBeUndefined();
  await expect(nodeFolderReader.readText(path.join(root, "huge.json"))).rejects.toThrow("larger than");
  expect(await nodeFolderReader.exists(path.join(root, "title.json"))).toBe(true);
  expect(await nodeFolderReader.exists(path.join(root, "none.json"))).toBe(false);
});

test("a picture has a type and a version that changes with it", async () => {
  const root = await folder();
  const cover = path.join(root, "cover.PNG");
  await writeFile(cover, "1");
  const first = await readArtFile(root, "cover.PNG", "picture");
  expect(first).toMatchObject({ path: "cover.PNG", contentType: "image/png" });
  await utimes(cover, 1, 1);
  expect((await readArtFile(root, "cover.PNG", "picture")).version).not.toBe(first.version);
});

test("what is no picture, too large or outside the folder is refused", async () => {
  const root = await folder();
  const secret = path.join(await folder(), "secret.png");
  await writeFile(secret, "secret");
  await symlink(secret, path.join(root, "link.png"));
  await mkdir(path.join(root, "folder.png"));
  await writeFile(path.join(root, "huge.png"), Buffer.alloc(ART_BYTES_MAX + 1));
  await writeFile(path.join(root, "page.html"), "<script>");
  await expect(readArtFile(root, "link.png", "picture")).rejects.toThrow("leads out of the title's folder");
  await expect(readArtFile(root, "folder.png", "picture")).rejects.toThrow("not a file");
  await expect(readArtFile(root, "huge.png", "picture")).rejects.toThrow("larger than");
  await expect(readArtFile(root, "page.html", "picture")).rejects.toThrow("must be one of");
  await expect(readArtFile(root, "none.png", "picture")).rejects.toThrow("ENOENT");
  await writeFile(path.join(root, "play.mp4"), "1");
  await writeFile(path.join(root, "long.webm"), Buffer.alloc(CLIP_BYTES_MAX + 1));
  expect(await readArtFile(root, "play.mp4", "clip")).toMatchObject({ contentType: "video/mp4" });
  await expect(readArtFile(root, "play.mp4", "picture")).rejects.toThrow("a picture must be one of");
  await expect(readArtFile(root, "huge.png", "clip")).rejects.toThrow("a clip must be one of");
  await expect(readArtFile(root, "long.webm", "clip")).rejects.toThrow("larger than");
});

test("changes in the folder and directly below are seen until the scope closes", async () => {
  const root = await folder();
  await mkdir(path.join(root, "title"));
  const scope = new Scope();
  onTestFinished(() => scope.close());
  let changes = 0;
  watchFoldersWith(silentLog)([root, path.join(root, "not-there")], () => void changes++, scope);
  await writeFile(path.join(root, "title", "title.json"), "{}");
  await vi.waitFor(() => expect(changes).toBeGreaterThan(0), 5_000);
  const before = changes;
  await mkdir(path.join(root, "another"));
  await vi.waitFor(() => expect(changes).toBeGreaterThan(before), 5_000);
  // The folder itself may vanish.
  await rm(root, { recursive: true });
  await scope.close();
});
