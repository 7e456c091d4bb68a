// Archives on a real file system: what comes out is what went in, and nothing that a
// hostile title or a hostile archive tries comes through.

import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { chmod, link, mkdir, readFile, readlink, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { zstdCompressSync } from "node:zlib";
import { pack, type Header } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { ARCHIVE_BYTES_MAX, CONTENT_BYTES_MAX } from "@nearframe/shared/saves/limits";
import { createPrivateFolder } from "../process/private-folder.ts";
import { fingerprintSaves, makeArchive } from "./make-archive.ts";
import { restoreArchive } from "./restore-archive.ts";
import { outermost, walkSaves } from "./walk-saves.ts";

const run = promisify(execFile);
const { signal } = new AbortController();
const LONG_AGO = new Date("2020-02-03T04:05:06Z");

let scope: Scope;
let root: string;
let home: string;
let fresh: string;
let file: string;
beforeEach(async () => {
  scope = new Scope();
  root = await createPrivateFolder("archives", scope);
  home = join(root, "home");
  fresh = join(root, "fresh");
  file = join(root, "archive");
  await mkdir(home);
  await mkdir(fresh);
});
afterEach(() => scope.close());

/** Files by path below the home; written long ago, so that they have settled. */
async function write(files: Record<string, string>, below = home): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(below, path)), { recursive: true });
    await writeFile(join(below, path), text);
    await utimes(join(below, path), LONG_AGO, LONG_AGO);
  }
  await run("find", [below, "-exec", "touch", "-h", "-d", LONG_AGO.toISOString(), "{}", "+"]);
}

const archive = (savePaths: string[]) => makeArchive({ home, savePaths, file, signal });
const restore = (savePaths: string[], source: Readable = createReadStream(file)) =>
  restoreArchive({ source, home: fresh, savePaths, signal });

async function tree(folder: string): Promise<string[]> {
  const { stdout } = await run("find", [folder, "-mindepth", "1", "-printf", "%P %y %m %s %l\n"]);
  return stdout.split("\n").filter(Boolean).map((line) => line.replace(/ d (\d+) \d+/, " d $1")).sort();
}

test("what a title keeps is laid into a fresh home as it was, and nothing else", async () => {
  await write({ "saves/slot 1.sav": "x".repeat(200_000), "saves/deep/ünï/🎮.bin": "\0\u0001", "saves/empty": "", ".config/game.cfg": "easy", "cache/big": "not kept" });
  await chmod(join(home, "saves/slot 1.sav"), 0o640);
  await symlink("slot 1.sav", join(home, "saves/latest"));
  await mkdir(join(home, "saves/nothing in it"));
  const made = await archive(["saves", ".config/game.cfg", "never/was"]);
  expect(made).toMatchObject({ contentBytes: 200_006, entries: 9 });
  expect((await stat(file)).size).toBe(made.archiveBytes);
  await restore(["saves", ".config/game.cfg"]);
  const expected = (await tree(home)).filter((line) => !line.startsWith("cache"));
  expect(await tree(fresh)).toEqual(expected.map((line) => line.replace("755", "700")));
  expect(await readFile(join(fresh, "saves/deep/ünï/🎮.bin"), "utf8")).toBe("\0\u0001");
  expect((await stat(join(fresh, "saves/slot 1.sav"))).mtime).toEqual(LONG_AGO);
});

test("a save path may be a single file, the whole home, or lie in another", async () => {
  expect(outermost(["a/b", "a", "./c/", "c", "ab"])).toEqual(["a", "ab", "c"]);
  await write({ "a/1": "1", "b/2": "2" });
  expect((await archive(["."])).entries).toBe(4);
  await rm(file);
  expect((await archive(["a", "a/1"])).entries).toBe(2);
});

test("an unchanged home has the same fingerprint, a changed one another", async () => {
  await write({ "saves/a": "1" });
  const { fingerprint, settled } = await archive(["saves"]);
  expect(settled).toBe(true);
  expect(await fingerprintSaves(home, ["saves"])).toBe(fingerprint);
  await writeFile(join(home, "elsewhere"), "2");
  expect(await fingerprintSaves(home, ["saves"])).toBe(fingerprint);
  await writeFile(join(home, "saves/a"), "2");
  expect(await fingerprintSaves(home, ["saves"])).not.toBe(fingerprint);
});

test("while a title writes without a pause, the archive says that it has not settled", async () => {
  await write({ "saves/a": "1" });
  let turns = 0;
  const writing = setInterval(() => void writeFile(join(home, "saves/a"), `turn ${++turns}`).catch(() => undefined), 1);
  try {
    expect((await archive(["saves"])).settled).toBe(false);
  } finally {
    clearInterval(writing);
  }
  await restore(["saves"]);
});

test("a link out of the home is not followed and not kept, whoever of its folders is one", async () => {
  await write({ "secret/node-key": "the node's own" }, root);
  await write({ "saves/mine": "1" });
  await symlink("../../secret", join(home, "saves/folder"));
  await symlink("/etc/passwd", join(home, "saves/file"));
  await symlink(join(root, "secret"), join(home, "linked"));
  const made = await archive(["saves", "linked", "linked/node-key"]);
  expect(made.entries).toBe(2);
  await restore(["saves"]);
  expect((await tree(fresh)).map((line) => line.split(" ")[0])).toEqual(["saves", "saves/mine"]);
});

test("a folder that becomes a link while it is walked leads nowhere", async () => {
  await write({ "secret/key": "the node's own" }, root);
  await write({ "saves/a/key": "mine", "saves/b/key": "mine" });
  const texts: string[] = [];
  for await (const entry of walkSaves(home, ["saves"])) {
    if (entry.path === "saves/a" || entry.path === "saves/b") {
      await rename(join(home, entry.path), join(home, `${entry.path}-before`.replaceAll("/", "-")));
      await symlink(join(root, "secret"), join(home, entry.path));
    }
    if (entry.kind !== "file") continue;
    const handle = await entry.open();
    texts.push(await handle.readFile("utf8"));
    await handle.close();
  }
  expect(texts).toEqual(["mine", "mine"]);
});

test("pipes, sockets and devices are left out, and hold up nobody", async () => {
  await write({ "saves/a": "1" });
  await run("mkfifo", [join(home, "saves/pipe")]);
  const server = createServer().listen(join(home, "saves/socket"));
  await new Promise((resolve) => server.once("listening", resolve));
  try {
    await link(join(home, "saves/a"), join(home, "saves/same"));
    expect((await archive(["saves"])).entries).toBe(3);
  } finally {
    server.close();
  }
});

test("a save that is too large is refused before it fills the node", async () => {
  await mkdir(join(home, "saves"));
  await run("truncate", ["-s", String(CONTENT_BYTES_MAX + 1), join(home, "saves/huge")]);
  await expect(archive(["saves"])).rejects.toThrow(`the title keeps more than ${CONTENT_BYTES_MAX / 1024 ** 2} MB`);
  await expect(stat(file)).rejects.toThrow("ENOENT");
  expect(ARCHIVE_BYTES_MAX).toBeLessThan(CONTENT_BYTES_MAX);
});

type Part = Partial<Header> & Pick<Header, "name">;
async function tarOf(...parts: [Part, string?][]): Promise<Readable> {
  const made = pack();
  for (const [header, text = ""] of parts) made.entry(header, text);
  made.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of made) chunks.push(chunk as Buffer);
  return Readable.from([zstdCompressSync(Buffer.concat(chunks))]);
}

test.each<[string, [Part, string?][]]>([
  ["climbs out", [[{ name: "saves/../../escaped" }, "1"]]],
  ["is rooted", [[{ name: "/saves/a" }, "1"]]],
  ["is beside the save paths", [[{ name: ".bashrc" }, "1"]]],
  ["is beside them with the same beginning", [[{ name: "saves-not/a" }, "1"]]],
  ["is above them", [[{ name: "." , type: "directory" }]]],
  ["holds a hard link", [[{ name: "saves/a", type: "link", linkname: "/etc/passwd" }]]],
  ["holds a device", [[{ name: "saves/a", type: "character-device", devmajor: 1, devminor: 3 }]]],
  ["holds a pipe", [[{ name: "saves/a", type: "fifo" }]]],
  ["holds a link out", [[{ name: "saves/a", type: "symlink", linkname: "../../etc" }]]],
  ["holds a rooted link", [[{ name: "saves/a", type: "symlink", linkname: "/etc" }]]],
  ["has a file as a folder", [[{ name: "saves/a" }, "1"], [{ name: "saves/a/b" }, "1"]]],
  ["has a file twice", [[{ name: "saves/a" }, "1"], [{ name: "saves/a" }, "2"]]],
  ["names a path without end", [[{ name: `saves/${"x/".repeat(400)}a` }, "1"]]],
])("an archive that %s is refused", async (_name, parts) => {
  await expect(restore(["saves"], await tarOf(...parts))).rejects.toMatchObject({ kind: "damaged" });
  expect((await tree(root)).filter((line) => line.includes("escaped"))).toEqual([]);
});

test("what comes after a link is not written through it", async () => {
  await mkdir(join(root, "outside"));
  const source = await tarOf([{ name: "saves/in", type: "symlink", linkname: "there" }], [{ name: "saves/in/a" }, "1"]);
  await expect(restore(["saves"], source)).rejects.toMatchObject({ kind: "damaged" });
  await expect(readlink(join(fresh, "saves/in"))).rejects.toThrow();
});

test("a bomb is stopped, however small it came", async () => {
  // Ten times as much as a save may hold, of nothing.
  const made = pack();
  made.entry({ name: "saves/zeros", size: 10 * CONTENT_BYTES_MAX });
  const header = await new Promise<Buffer>((resolve) => made.once("data", (chunk) => resolve(chunk as Buffer)));
  made.destroy();
  await expect(restore(["saves"], Readable.from([zstdCompressSync(header)]))).rejects.toMatchObject({ kind: "damaged" });
});

test.each([
  ["nothing", Buffer.alloc(0)],
  ["noise", Buffer.from("no archive at all, by any means")],
  ["half of one", undefined],
])("%s is refused with a sentence", async (_name, bytes) => {
  await write({ "saves/a": "x".repeat(100_000) });
  await archive(["saves"]);
  const half = (await readFile(file)).subarray(0, 100);
  await expect(restore(["saves"], Readable.from([bytes ?? half]))).rejects.toMatchObject({ kind: "damaged" });
});

test("what is given up leaves nothing half made", async () => {
  await write({ "saves/a": "1" });
  const giveUp = new AbortController();
  giveUp.abort();
  await expect(makeArchive({ home, savePaths: ["saves"], file, signal: giveUp.signal })).rejects.toThrow();
  await expect(stat(file)).rejects.toThrow("ENOENT");
});
