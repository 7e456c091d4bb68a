// Saves and titles between a node and a server on one machine, over loopback: what the
// machine itself costs, without any line.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { makeArchive } from "@nearframe/edge-node/saves/make-archive";
import { restoreArchive } from "@nearframe/edge-node/saves/restore-archive";
import { createServerSaves } from "@nearframe/edge-node/saves/server-saves";
import { openTitleStore as openNodeStore } from "@nearframe/edge-node/title-store/title-store";
import { createLog } from "@nearframe/server/log";
import { openSaves } from "@nearframe/server/saves/saves";
import { deriveSaveKeys } from "@nearframe/server/saves/secret";
import { transferApi } from "@nearframe/server/saves/transfer-api";
import { openFolderStorage } from "@nearframe/server/storage/adapters/folder/folder-storage";
import { openPgliteDatabase } from "@nearframe/server/store/adapters/pglite/pglite-database";
import { openSqlStore } from "@nearframe/server/store/sql-store";
import { titleStoreApi } from "@nearframe/server/title-store/title-api";
import { openTitleStore } from "@nearframe/server/title-store/title-store";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { SAVES_PATH } from "@nearframe/shared/saves/transfer";
import { parseManifest, type Title } from "@nearframe/shared/title/manifest";
import { TITLES_PATH } from "@nearframe/shared/title-store/package";
import express from "express";
import { percentiles, rounded, type BenchRow } from "../rows.ts";

const RUNS = 10;
const MB = 1024 * 1024;
const SAVE_FILES = 40;
const SAVE_FILE_BYTES = 200 * 1024;
const TITLE_BYTES = 128 * MB;

export async function runTransferBench(): Promise<BenchRow[]> {
  await using scope = new Scope();
  const root = scope.own(await mkdtemp(path.join(os.tmpdir(), "nearframe-bench-")), (folder) => rm(folder, { recursive: true, force: true }));
  const log = createLog("silent", { write: () => {} });
  const store = await openSqlStore(await openPgliteDatabase(undefined, scope));
  const storage = await openFolderStorage(path.join(root, "objects"));
  const saves = await openSaves({ clock: systemClock, log, store, storage }, { secret: "a-secret-of-the-bench-for-its-saves" }, scope);
  const titles = await openTitleStore({ clock: systemClock, log, store, storage, keys: deriveSaveKeys("bench") }, undefined);
  let local: Title | undefined;
  const localTitles = { find: () => local, isPublished: () => false, refresh: async () => {} };
  const http = createServer(
    express().use(SAVES_PATH, transferApi(saves)).use(TITLES_PATH, titleStoreApi({ titleStore: titles, localTitles, adminToken: "x".repeat(32) })),
  );
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  scope.own(http, async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;

  const rows = await benchSaves();
  return [...rows, ...(await benchTitles())];

  async function benchSaves(): Promise<BenchRow[]> {
    const title = { manifest: { id: "bench", savePaths: ["saves"] }, folder: "/" } as unknown as Title;
    const grant = saves.grant({ sessionId: "s1", epoch: 1, playerId: "p1", title });
    if (!grant) throw new Error("the title of the bench keeps something");
    const server = createServerSaves(grant, [url]);
    const { signal } = new AbortController();
    const home = path.join(root, "home");
    const times = { archive: [] as number[], bring: [] as number[], restore: [] as number[] };
    for (let run = 0; run < RUNS; run++) {
      await mkdir(path.join(home, "saves"), { recursive: true });
      for (let file = 0; file < SAVE_FILES; file++) await writeFile(path.join(home, "saves", `slot-${file}`), halfNoise(SAVE_FILE_BYTES, run * 100 + file));
      // What was written just now is looked at again: that wait is not the archive's.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const file = path.join(root, `archive-${run}`);
      const began = performance.now();
      const { settled, fingerprint: _fingerprint, ...about } = await makeArchive({ home, savePaths: ["saves"], file, signal });
      const archived = performance.now();
      await server.bring(file, { ...about, settled, takenAtMs: Date.now(), occasion: "periodic" }, signal);
      const brought = performance.now();
      const latest = await server.latest(signal);
      if (!latest) throw new Error("what was brought is there");
      const fresh = path.join(root, `fresh-${run}`);
      await mkdir(fresh);
      await restoreArchive({ source: server.fetch(latest, signal), home: fresh, savePaths: ["saves"], signal });
      times.restore.push(performance.now() - brought);
      times.archive.push(archived - began);
      times.bring.push(brought - archived);
    }
    const what = `a save of ${(SAVE_FILES * SAVE_FILE_BYTES) / MB} MB in ${SAVE_FILES} files`;
    return [
      { name: `${what}: archived`, unit: "ms", ...percentiles(times.archive), goal: null, met: null },
      { name: `${what}: brought to the server and locked there`, unit: "ms", ...percentiles(times.bring), goal: null, met: null },
      { name: `${what}: fetched and laid into a home`, unit: "ms", ...percentiles(times.restore), goal: null, met: null },
    ];
  }

  async function benchTitles(): Promise<BenchRow[]> {
    const folder = path.join(root, "title");
    const data = halfNoise(TITLE_BYTES, 7);
    local = await makeTitle(folder, data);
    const far = { ...local, folder: "/on/another/machine" };
    const node = await openNode();
    const packing = performance.now();
    // The first who asks waits for the packing; it is not the node's.
    await titles.current("bench", localTitles);
    const packed = performance.now();
    await node.open(far);
    const fetchedMs = performance.now() - packed;

    // A new beginning, and a hundredth of it rewritten in the middle.
    const changed = Buffer.concat([Buffer.from("a new beginning"), data]);
    changed.set(halfNoise(TITLE_BYTES / 100, 99), TITLE_BYTES / 2);
    local = await makeTitle(folder, changed, "Bench, updated");
    await node.open({ ...local, folder: far.folder });
    const update = node.fetched.at(-1);
    const all = (update?.fetchedBytes ?? 0) + (update?.copiedBytes ?? 0);
    const size = `a title of ${TITLE_BYTES / MB} MB`;
    return [
      { name: `${size}: cut, compressed and stored`, unit: "MB/s", value: rounded(TITLE_BYTES / MB / ((packed - packing) / 1000)), goal: null, met: null },
      { name: `${size}: fetched, checked and written by a node`, unit: "MB/s", value: rounded(TITLE_BYTES / MB / (fetchedMs / 1000)), goal: null, met: null },
      { name: "an update that moves every byte and changes 1 %: share that is fetched", unit: "%", value: rounded((100 * (update?.fetchedBytes ?? Number.NaN)) / all), goal: "at most 10 %", met: (update?.fetchedBytes ?? all) / all <= 0.1 },
    ];
  }

  async function openNode() {
    const fetched: { fetchedBytes: number; copiedBytes: number }[] = [];
    const info = (detail: object, message: string) => {
      if (message === "title fetched") fetched.push(detail as { fetchedBytes: number; copiedBytes: number });
    };
    const nodeScope = scope.child();
    const node = await openNodeStore(
      { folder: path.join(root, "node"), serverUrls: [url], titleFolders: [], budgetBytes: 1e12 },
      { isIdle: () => true, wallMs: Date.now, log: { info, warn: (_detail, message) => console.error(message) } },
      nodeScope,
    );
    const open = (title: Title) => node.open(title, titles.source(title, undefined), AbortSignal.timeout(120_000), nodeScope);
    return { open, fetched };
  }
}

async function makeTitle(folder: string, data: Uint8Array, name = "Bench"): Promise<Title> {
  const text = JSON.stringify({
    id: "bench", name, summary: "Bytes.", publisher: "Nobody", credits: "None", category: "tool",
    art: { cover: "cover.svg", hero: "hero.svg", accent: "#ffffff" }, runtime: "native", command: ["true"],
    size: { width: 640, height: 360 }, fps: 60, input: { keyboard: true, pointer: "none", touch: false }, savePaths: [],
    resources: { cpuCores: 1, memoryMb: 64, gpu: false, network: false },
  });
  await mkdir(folder, { recursive: true });
  for (const [file, content] of [["title.json", text], ["cover.svg", "<svg/>"], ["hero.svg", "<svg/>"], ["data.pak", data]] as const) {
    await writeFile(path.join(folder, file), content);
  }
  const result = parseManifest(text, "title.json");
  if (!result.ok) throw new Error(result.problems[0]?.reason);
  return { manifest: result.manifest, folder };
}

/** The same bytes for one seed, of which half compress well, as games' data does. */
function halfNoise(bytes: number, seed: number): Buffer {
  const made = Buffer.alloc(bytes);
  for (let at = 0, count = 0; at < bytes; at += 64, count++) createHash("sha256").update(`${seed} ${count}`).digest().copy(made, at);
  return made;
}
