// The titles that come with a node: whole, and as large as they say.

import { access, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { loadTitles, type FolderReader } from "@nearframe/shared/title/load-titles";

const disk: FolderReader = {
  listFolders: async (folder) =>
    (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort(),
  readText: (file) => readFile(file, "utf8"),
  exists: (file) => access(file).then(() => true, () => false),
};
const loaded = await loadTitles(disk, [import.meta.dirname]);

test("all of them load", () => {
  expect(loaded.problems).toEqual([]);
  expect(loaded.titles.map((title) => title.manifest.id)).toEqual(["freedoom", "lanternfly", "phone", "supertux", "test-card", "tux-racer"]);
});

/** Width and height of a lossy WebP picture (RFC 6386, section 9.1). */
async function pictureSize(file: string): Promise<[number, number]> {
  const bytes = await readFile(file);
  expect(bytes.toString("latin1", 8, 16)).toBe("WEBPVP8 ");
  return [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
}

test.each(loaded.titles)("$manifest.name has a cover of 3:4 and a hero of 16:9", async ({ manifest, folder }) => {
  expect(await pictureSize(path.join(folder, manifest.art.cover))).toEqual([600, 800]);
  expect(await pictureSize(path.join(folder, manifest.art.hero))).toEqual([1280, 720]);
});

/** A second of a slow phone's line, and no more than the page itself. */
const CLIP_BYTES_MAX = 150 * 1024;
const shown = loaded.titles.filter(({ manifest }) => manifest.art.preview !== undefined);
test("those that are games show themselves while a player waits", () => {
  expect(shown.map(({ manifest }) => manifest.id)).toEqual(["freedoom", "lanternfly", "supertux", "tux-racer"]);
});
test.each(shown)("$manifest.name's clip is small", async ({ manifest, folder }) => {
  expect((await stat(path.join(folder, manifest.art.preview ?? ""))).size).toBeLessThanOrEqual(CLIP_BYTES_MAX);
});

const games = loaded.titles.filter(({ manifest }) => manifest.category !== "app");
test.each(games)("$manifest.name can be played with a pad on any host", ({ manifest }) => {
  expect(Object.keys(manifest.input.pad?.buttons ?? {})).toEqual(expect.arrayContaining(["south", "start"]));
});
