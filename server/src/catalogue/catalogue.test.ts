import { Scope } from "@nearframe/shared/lifetime";
import type { FolderReader } from "@nearframe/shared/title/load-titles";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { manifest } from "../testing/fixtures.ts";
import { openCatalogue, RELOAD_QUIET_MS } from "./catalogue.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Files by path, in memory. */
async function setUp(files: Map<string, string>) {
  const lines: string[] = [];
  const scope = new Scope();
  let change = () => {};
  let watched = 0;
  const reader: FolderReader = {
    async listFolders(path) {
      const inside = [...files.keys()].filter((file) => file.startsWith(`${path}/`));
      if (inside.length === 0) throw new Error("no such folder");
      return [...new Set(inside.map((file) => file.slice(path.length + 1).split("/")[0]!))].sort();
    },
    readText: async (path) => files.get(path),
    exists: async (path) => files.has(path),
  };
  const catalogue = await openCatalogue(
    {
      reader,
      readArt: async (folder, path) => {
        if (path.endsWith(".gif")) throw new Error("a picture must be one of .png");
        return { folder, path, contentType: "image/png", version: String(files.get(`${folder}/${path}`)?.length) };
      },
      watchFolders: (_folders, onChange, watchScope) => {
        change = onChange;
        watched++;
        watchScope.own(undefined, () => void watched--);
      },
      log: createLog("info", { write: (line) => void lines.push(JSON.parse(line).msg) }),
    },
    ["/a", "/b"],
    scope,
  );
  const ids = () => catalogue.list().map(({ title }) => title.manifest.id);
  const changed = async () => {
    change();
    await vi.advanceTimersByTimeAsync(RELOAD_QUIET_MS);
  };
  return { catalogue, scope, lines, ids, changed, change: () => change(), watched: () => watched };
}

function titleFiles(id: string, root = "/a"): [string, string][] {
  return [
    [`${root}/${id}/title.json`, JSON.stringify(manifest({ id }))],
    [`${root}/${id}/cover.svg`, "<svg/>"],
    [`${root}/${id}/hero.svg`, "<svg/>"],
  ];
}

test("an icon and a preview are there where the manifest names them, and a title whose preview can't be served is left out", async () => {
  const { art } = manifest({ id: "x" });
  const more = (id: string, preview: string): [string, string][] => [
    ...titleFiles(id),
    [`/a/${id}/title.json`, JSON.stringify(manifest({ id, art: { ...art, icon: "icon.png", preview } }))],
    [`/a/${id}/icon.png`, "i"],
    [`/a/${id}/${preview}`, "p"],
  ];
  const { ids, catalogue, lines } = await setUp(new Map([...titleFiles("doom"), ...more("tux", "play.mp4"), ...more("bad", "play.gif")]));
  expect(ids()).toEqual(["doom", "tux"]);
  expect([catalogue.findArt("tux", "preview")?.path, catalogue.findArt("tux", "icon")?.path, catalogue.findArt("doom", "icon")]).toEqual(["play.mp4", "icon.png", undefined]);
  expect(lines).toContainEqual(expect.stringContaining("art.preview"));
});

test("titles of all folders are found", async () => {
  const { ids, catalogue } = await setUp(new Map([...titleFiles("doom"), ...titleFiles("tux", "/b")]));
  expect(ids()).toEqual(["doom", "tux"]);
  expect(catalogue.find("tux")?.folder).toBe("/b/tux");
  expect(catalogue.findArt("tux", "hero")).toMatchObject({ folder: "/b/tux", path: "hero.svg" });
  expect(catalogue.find("none")).toBeUndefined();
  expect(catalogue.findArt("none", "cover")).toBeUndefined();
});

test("a bad title is one line in the log, file: field: reason, and stops nobody", async () => {
  const bad = JSON.stringify({ ...manifest({ id: "bad" }), fps: 1000 });
  const { ids, lines } = await setUp(
    new Map([
      ...titleFiles("doom"),
      ["/a/bad/title.json", bad],
      ["/a/broken/title.json", "{"],
      ["/a/gif/title.json", JSON.stringify(manifest({ id: "gif", art: { cover: "c.gif", hero: "c.gif", accent: "#000000" } }))],
      ["/a/gif/c.gif", "GIF"],
      ["/b/x", ""],
    ]),
  );
  expect(ids()).toEqual(["doom"]);
  expect(lines).toEqual([
    expect.stringMatching(/^\/a\/bad\/title\.json: fps: \S/),
    expect.stringMatching(/^\/a\/broken\/title\.json: \(file\): not JSON/),
    "/a/gif/title.json: art.cover: a picture must be one of .png",
    "/a/gif/title.json: art.hero: a picture must be one of .png",
    "catalogue read",
  ]);
});

test("a folder that is not there is told, and the others are read", async () => {
  const { ids, lines } = await setUp(new Map(titleFiles("doom")));
  expect(ids()).toEqual(["doom"]);
  expect(lines).toContain("/b: (folder): no such folder");
});

test("a title that is dropped in, changed or taken away is seen without a restart", async () => {
  const files = new Map([...titleFiles("doom"), ["/b/x", ""]]);
  const { ids, catalogue, lines, changed, watched } = await setUp(files);
  for (const [path, text] of titleFiles("tux")) files.set(path, text);
  await changed();
  expect(ids()).toEqual(["doom", "tux"]);
  files.set("/a/tux/cover.svg", "<svg><!-- new --></svg>");
  await changed();
  expect(catalogue.findArt("tux", "cover")?.version).toBe("23");
  files.delete("/a/doom/title.json");
  await changed();
  expect(ids()).toEqual(["tux"]);
  expect(watched()).toBe(1);
  const quiet = lines.length;
  await changed();
  expect(lines).toHaveLength(quiet);
});

test("a problem is told once, and again when it comes back", async () => {
  const files = new Map([...titleFiles("doom"), ["/b/x", ""], ["/a/bad/title.json", "{"]]);
  const { lines, changed } = await setUp(files);
  const problems = () => lines.filter((line) => line.startsWith("/a/bad")).length;
  await changed();
  expect(problems()).toBe(1);
  files.delete("/a/bad/title.json");
  await changed();
  files.set("/a/bad/title.json", "{");
  await changed();
  expect(problems()).toBe(2);
});

test("many changes make one reading, and none after closing", async () => {
  const files = new Map([...titleFiles("doom"), ["/b/x", ""]]);
  const { change, scope, watched, ids } = await setUp(files);
  for (let count = 0; count < 100; count++) change();
  expect(vi.getTimerCount()).toBe(1);
  await scope.close();
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(watched()).toBe(0);
  change();
  expect(vi.getTimerCount()).toBe(0);
  expect(ids()).toEqual(["doom"]);
});
