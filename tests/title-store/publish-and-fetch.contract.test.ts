// A title on its way from a publisher's folder through a server's store to nodes: the
// command that publishes, the server's HTTP and the node's store are the real ones.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { openTitleStore as openNodeStore, type TitleStore as NodeStore } from "@nearframe/edge-node/title-store/title-store";
import { createLog } from "@nearframe/server/log";
import { deriveSaveKeys } from "@nearframe/server/saves/secret";
import { openFolderStorage } from "@nearframe/server/storage/adapters/folder/folder-storage";
import { createMemoryStore } from "@nearframe/server/store/adapters/memory/memory-store";
import { keepPublishedFolder, type PublishedFolder } from "@nearframe/server/title-store/published-folder";
import { titleStoreApi } from "@nearframe/server/title-store/title-api";
import { openTitleStore, type TitleStore } from "@nearframe/server/title-store/title-store";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { parseManifest, type Title } from "@nearframe/shared/title/manifest";
import { TITLES_PATH } from "@nearframe/shared/title-store/package";
import express, { type Request } from "express";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const run = promisify(execFile);
const ADMIN_TOKEN = "an-admin-token-of-the-tests";
const MB = 1024 * 1024;

let scope: Scope;
let root: string;
let http: Server;
let url: string;
let server: TitleStore;
let published: PublishedFolder;
let requests: string[];
/** May answer in the server's place. */
let disturb: (request: Request) => boolean;

const find = async (id: string): Promise<Title> => {
  const folder = path.join(root, "published", id);
  const result = parseManifest(await readFile(path.join(folder, "title.json"), "utf8"), "title.json");
  if (!result.ok) throw new Error(result.problems[0]?.reason);
  return { manifest: result.manifest, folder };
};
let local: Title | undefined;
let shownTitles: Map<string, Title>;

beforeEach(async () => {
  scope = new Scope();
  root = scope.own(await mkdtemp(path.join(os.tmpdir(), "titles-test-")), (folder) => rm(folder, { recursive: true, force: true }));
  local = undefined;
  shownTitles = new Map();
  requests = [];
  disturb = () => false;
  const log = createLog("silent", { write: () => {} });
  const storage = await openFolderStorage(path.join(root, "objects"));
  server = await openTitleStore({ clock: systemClock, log, store: createMemoryStore(), storage, keys: deriveSaveKeys("a-secret") }, undefined);
  published = await keepPublishedFolder(path.join(root, "published"), { titleStore: server, log }, scope);
  const localTitles = { ...published, find: (id: string) => local ?? shownTitles.get(id) };
  const app = express();
  app.use((request, response, next) => {
    requests.push(`${request.method} ${request.path}`);
    if (disturb(request)) return void response.destroy();
    next();
  });
  app.use(TITLES_PATH, titleStoreApi({ titleStore: server, localTitles, adminToken: ADMIN_TOKEN }));
  http = createServer(app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  scope.own(http, async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => scope.close());

async function titleFolder(files: Record<string, Uint8Array | string>, id = "dragon"): Promise<string> {
  const folder = await mkdtemp(path.join(root, "title-"));
  const manifest = {
    id, name: "Dragon", summary: "A dragon.", publisher: "Nobody", credits: "None", category: "action",
    art: { cover: "art/cover.svg", hero: "art/hero.svg", accent: "#ffffff" }, runtime: "native", command: ["run.sh"],
    size: { width: 640, height: 360 }, fps: 60, input: { keyboard: true, pointer: "none", touch: false }, savePaths: [],
    resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: false },
  };
  const all = { "title.json": JSON.stringify(manifest), "art/cover.svg": "<svg/>", "art/hero.svg": "<svg><!-- hero --></svg>", "run.sh": "#!/bin/sh\n", ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content, { mode: name.endsWith(".sh") ? 0o755 : 0o644 });
  }
  return folder;
}

async function title(...args: string[]): Promise<string> {
  const cli = path.join(import.meta.dirname, "../../server/src/title-store/cli.ts");
  const { stdout } = await run(process.execPath, [cli, ...args, "--server", url, "--token", ADMIN_TOKEN]);
  return stdout;
}

async function publish(folder: string): Promise<{ said: string; title: Title }> {
  const said = await title("publish", folder);
  const shown = await find("dragon");
  shownTitles.set("dragon", shown);
  return { said, title: shown };
}

let nodes = 0;
async function openNode({ folder = path.join(root, `node-${++nodes}`), budgetBytes = 1e9, idle = true } = {}) {
  const said: { detail: object; message: string }[] = [];
  const nodeScope = scope.child();
  const note = (detail: object, message: string) => void said.push({ detail, message });
  const store: NodeStore = await openNodeStore(
    { folder, serverUrls: [url], titleFolders: [], budgetBytes },
    { isIdle: () => idle, wallMs: () => Date.now(), log: { info: note, warn: note } },
    nodeScope,
  );
  const open = (wanted: Title, signal = AbortSignal.timeout(20_000), owner = nodeScope) =>
    store.open(wanted, server.source(wanted, published.digestOf(wanted)), signal, owner);
  const fetched = () => said.filter(({ message }) => message === "title fetched").map(({ detail }) => detail as { fetchedBytes: number; copiedBytes: number; foundBytes: number });
  return { store, open, folder, scope: nodeScope, fetched, said };
}

async function contents(folder: string): Promise<Record<string, string>> {
  const { stdout } = await run("find", [folder, "-type", "f", "-not", "-name", ".package", "-printf", "%P %m ", "-exec", "sha256sum", "-z", "{}", ";"]);
  return Object.fromEntries(stdout.split("\0").filter(Boolean).map((line) => line.split(/ +/)).map(([name = "", mode = "", digest = ""]) => [name, `${(Number.parseInt(mode, 8) & 0o100) !== 0} ${digest}`]));
}

test("what was published is on the node as the publisher had it, and the catalogue shows it", async () => {
  const folder = await titleFolder({ "data/level 1.pak": randomBytes(7 * MB), "data/empty": "", "übung/🎮.txt": "hello" });
  const { said, title: shown } = await publish(folder);
  expect(said).toMatch(/^Dragon [0-9a-f]{12} is what players get now: 7\.3 MB, of which 7\.3 MB were new/);
  expect((await readdir(shown.folder)).sort()).toEqual([".digest", "art", "title.json"]);
  const node = await openNode();
  const there = await node.open(shown);
  expect(await contents(there.folder)).toEqual(await contents(folder));
  expect(await readlink(path.join(node.store.currentFolder, "dragon"))).toContain(published.digestOf(shown));
  // The next session has it at once.
  const before = requests.length;
  expect(await node.open(shown)).toEqual(there);
  expect(requests.length).toBe(before);
});

test("an update brings what changed, and going back brings nothing", { timeout: 120_000 }, async () => {
  const big = randomBytes(12 * MB);
  const first = await publish(await titleFolder({ "data.pak": big }));
  const node = await openNode();
  const before = await node.open(first.title);
  const changed = Buffer.concat([Buffer.from("a new beginning"), big.subarray(0, 6 * MB), randomBytes(100), big.subarray(6 * MB)]);
  const second = await publish(await titleFolder({ "data.pak": changed }));
  expect(Number(/of which ([\d.]+) MB/.exec(second.said)?.[1])).toBeLessThan(8);
  const after = await node.open(second.title);
  expect(await readFile(path.join(after.folder, "data.pak"))).toEqual(changed);
  const [, update] = node.fetched();
  expect(update?.fetchedBytes).toBeLessThan(8 * MB);
  expect((update?.fetchedBytes ?? 0) + (update?.copiedBytes ?? 0)).toBeGreaterThan(12 * MB);

  const versions = await title("versions", "dragon");
  expect(versions.split("\n").filter(Boolean)).toHaveLength(2);
  const older = versions.split("\n").find((line) => line !== "" && !line.includes("active"))?.slice(0, 12) ?? "";
  await title("activate", "dragon", older);
  const requestsBefore = requests.length;
  expect((await node.open(await find("dragon"))).folder).toBe(before.folder);
  expect(requests.length).toBe(requestsBefore);
});

test("a fetch that breaks off goes on where it was, also after the node was started again", { timeout: 120_000 }, async () => {
  const { title: shown } = await publish(await titleFolder({ "data.pak": randomBytes(30 * MB) }));
  const folder = path.join(root, "stubborn");
  const node = await openNode({ folder });
  let pieces = 0;
  disturb = (request) => request.path.includes("/chunks/") && ++pieces > 8;
  const waiting = node.open(shown, AbortSignal.timeout(2_000));
  await expect(waiting).rejects.toThrow(/still on its way to this node \(\d+ % of 32 MB\)/);
  await node.scope.close();
  disturb = () => false;
  const again = await openNode({ folder });
  await again.open(shown);
  const [fetched] = again.fetched();
  expect(fetched?.foundBytes).toBeGreaterThan(2 * MB);
  expect(fetched?.fetchedBytes).toBeLessThan(29 * MB);
});

test("a piece that was changed on the way is not taken, nor a package that another key signed", async () => {
  const { title: shown } = await publish(await titleFolder({}));
  const node = await openNode();
  await writeFile(path.join(node.folder, "publisher-key"), "A".repeat(43));
  await expect(node.open(shown)).rejects.toThrow("signed with another key");

  const [prefix = ""] = await readdir(path.join(root, "objects/chunks"));
  const [name = ""] = await readdir(path.join(root, "objects/chunks", prefix));
  await writeFile(path.join(root, "objects/chunks", prefix, name), Buffer.from("\0something else"));
  await expect((await openNode()).open(shown)).rejects.toThrow("is not what its digest says");
});

test("what is used least makes room, what is played stays, and what fits nowhere is told", { timeout: 120_000 }, async () => {
  const make = async (id: string) => {
    await title("publish", await titleFolder({ "data.pak": randomBytes(3 * MB) }, id));
    const shown = await find(id);
    shownTitles.set(id, shown);
    return shown;
  };
  const [a, b, c, d] = [await make("a"), await make("b"), await make("c"), await make("d")];
  const node = await openNode({ budgetBytes: 7 * MB });
  const playing = new Scope();
  await node.open(a, undefined, playing);
  const idle = new Scope();
  await node.open(b, undefined, idle);
  await idle.close();
  await node.open(c, undefined, new Scope());
  expect(await readdir(path.join(node.folder, "versions/b"))).toEqual([]);
  expect(await readdir(path.join(node.folder, "versions/a"))).toHaveLength(1);
  await expect(node.open(d)).rejects.toThrow("has no room; its operator can give more with NEARFRAME_TITLE_DISK_GB");
  await playing.close();
  await node.open(d);
  expect(await readdir(path.join(node.folder, "versions/a"))).toEqual([]);
});

test("a title in the server's own folder is packed when a node asks, and used in place where it is the same", async () => {
  const folder = await titleFolder({ "data.pak": randomBytes(2 * MB) });
  const result = parseManifest(await readFile(path.join(folder, "title.json"), "utf8"), "title.json");
  if (!result.ok) throw new Error("no manifest");
  local = { manifest: result.manifest, folder };
  const near = await openNode();
  expect(await near.open(local)).toEqual(local);
  expect(requests).toEqual([]);
  // Another machine has no such folder.
  const far = await openNode();
  const there = await far.open({ ...local, folder: "/on/another/machine" });
  expect(await contents(there.folder)).toEqual(await contents(folder));
});

test("what is expected to be wanted is fetched while the node is idle, and hurried when it is", async () => {
  const { title: shown } = await publish(await titleFolder({ "data.pak": randomBytes(2 * MB) }));
  const source = server.source(shown, published.digestOf(shown));
  const idle = await openNode();
  idle.store.fetchWhileIdle(shown, source);
  await vi.waitFor(() => expect(idle.fetched()).toHaveLength(1), { timeout: 20_000 });
  const busy = await openNode({ idle: false });
  busy.store.fetchWhileIdle(shown, source);
  await vi.waitFor(() => expect(requests.at(-1)).toContain("/current"), { timeout: 20_000 });
  await busy.open(shown);
  expect(busy.fetched()).toHaveLength(1);
});

test("what is no title is refused with a sentence, and strangers are let at nothing", async () => {
  await expect(title("publish", path.join(root, "nowhere"))).rejects.toThrow("name a folder with a title.json");
  const linked = await titleFolder({});
  await symlink("/etc/passwd", path.join(linked, "passwd"));
  await expect(title("publish", linked)).rejects.toThrow("no ordinary file");
  for (const [method, where] of [["POST", "/"], ["POST", "/missing"], ["PUT", `/chunks/${"a".repeat(64)}`], ["GET", "/dragon"], ["POST", "/dragon/activate"], ["GET", `/chunks/${"a".repeat(64)}`], ["GET", "/dragon/current"]] as const) {
    const response = await fetch(`${url}${TITLES_PATH}${where}`, { method, headers: { authorization: "Bearer wrong-wrong-wrong" } });
    expect([where, response.status]).toEqual([where, 401]);
  }
  await expect(stat(path.join(root, "objects/chunks"))).rejects.toThrow("ENOENT");
});
