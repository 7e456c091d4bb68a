// A save on its way between two nodes and a server, all three real, with one node
// killed in the middle; and what is left of a player on the nodes' disks afterwards.

import { execFile, fork, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { sweepPrivateFolders } from "@nearframe/edge-node/process/private-folder";
import { openPgliteDatabase } from "@nearframe/server/store/adapters/pglite/pglite-database";
import { openSqlStore } from "@nearframe/server/store/sql-store";
import { openFolderStorage } from "@nearframe/server/storage/adapters/folder/folder-storage";
import { openSaves, type Saves } from "@nearframe/server/saves/saves";
import { transferApi } from "@nearframe/server/saves/transfer-api";
import { createLog } from "@nearframe/server/log";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { SAVES_PATH } from "@nearframe/shared/saves/transfer";
import type { TitleManifest } from "@nearframe/shared/title/manifest";
import express from "express";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";

const run = promisify(execFile);
const title = { manifest: { id: "dragon", savePaths: ["saves"] } as unknown as TitleManifest, folder: "/titles/dragon" };

let scope: Scope;
let root: string;
let saves: Saves;
let serverUrl: string;
beforeEach(async () => {
  scope = new Scope();
  root = scope.own(await mkdtemp(path.join(os.tmpdir(), "saves-test-")), (folder) => rm(folder, { recursive: true, force: true }));
  const store = await openSqlStore(await openPgliteDatabase(undefined, scope));
  const storage = await openFolderStorage(path.join(root, "server"));
  const log = createLog("silent", { write: () => {} });
  saves = await openSaves({ clock: systemClock, log, store, storage }, { secret: "a-secret-of-the-tests-for-their-saves" }, scope);
  const http = createServer(express().use(SAVES_PATH, transferApi(saves)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  scope.own(http, async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  serverUrl = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterEach(() => scope.close());

type SavingNode = { process: ChildProcess; home: string; folders: string; write(text: string): void; end(): Promise<void>; kill(): Promise<void> };

async function startNode({ sessionId = "s1", epoch = 1, intervalMs = 100 } = {}): Promise<SavingNode> {
  const folders = await mkdtemp(path.join(root, "node-"));
  const grant = saves.grant({ sessionId, epoch, playerId: "p1", title });
  const options = JSON.stringify({ serverUrl, grant, folders, intervalMs });
  const child = fork(path.join(import.meta.dirname, "saving-node.ts"), [options], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const exited = once(child, "exit");
  const home = await new Promise<string>((resolve, reject) => {
    child.on("message", (message: { home?: string }) => message.home !== undefined && resolve(message.home));
    void exited.then(() => reject(new Error("the node ended before it had its save")));
  });
  return {
    process: child,
    home,
    folders,
    write: (text) => void child.send({ write: text }),
    async end() {
      child.send({ end: true });
      await exited;
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

const slotOf = (node: SavingNode) => readFile(path.join(node.home, "saves", "slot"), "utf8");
const versions = async () => (await saves.ofPlayer("p1")).map(({ occasion, place }) => `${occasion} ${place}`);

/** Files below `folder` that hold `text`, whatever they are. */
async function search(folder: string, text: string): Promise<string[]> {
  const found = await run("grep", ["-rlaF", "-e", text, folder]).catch((error: { code?: number; stdout: string }) => {
    if (error.code === 1) return { stdout: "" };
    throw error;
  });
  return found.stdout.split("\n").filter(Boolean);
}

test("a node that is killed loses no more than what it wrote since its last archive", async () => {
  const secret = `the dragon is dead ${randomUUID()}`;
  const first = await startNode();
  first.write(secret);
  await vi.waitFor(async () => expect(await versions()).toEqual(["periodic head"]), { timeout: 20_000 });
  await first.kill();
  const second = await startNode({ epoch: 2 });
  expect(await slotOf(second)).toBe(secret);

  // What the killed node could not wipe its successor does, before it does anything else.
  expect(await search(first.folders, secret)).not.toEqual([]);
  await sweepPrivateFolders([first.folders]);
  expect(await search(first.folders, secret)).toEqual([]);
});

test("a session's end is kept, and leaves nothing of the player on its node, nor anything to read on the server", async () => {
  const secret = `the princess is free ${randomUUID()}`;
  const node = await startNode({ intervalMs: 60_000 });
  node.write(secret);
  await vi.waitFor(async () => expect(await slotOf(node)).toBe(secret));
  expect(await search(node.folders, secret)).not.toEqual([]);
  await node.end();
  expect(await versions()).toEqual(["end head"]);
  expect(await readdir(node.folders)).toEqual([]);
  expect(await search(root, secret)).toEqual([]);
  const next = await startNode({ sessionId: "s2" });
  expect(await slotOf(next)).toBe(secret);
});

test("two nodes that play from one save keep both, and the next session has the first that was kept", async () => {
  const begin = await startNode({ intervalMs: 60_000 });
  begin.write("the beginning");
  await begin.end();
  const [phone, laptop] = [await startNode({ sessionId: "phone" }), await startNode({ sessionId: "laptop" })];
  phone.write("on the phone");
  await vi.waitFor(async () => expect(await versions()).toContain("periodic head"), { timeout: 20_000 });
  laptop.write("on the laptop");
  await vi.waitFor(async () => expect(await versions()).toContain("periodic branch"), { timeout: 20_000 });
  await Promise.all([phone.end(), laptop.end()]);
  expect(await slotOf(await startNode({ sessionId: "next" }))).toBe("on the phone");
  const branch = (await saves.ofPlayer("p1")).find(({ place }) => place === "branch");
  await saves.choose("p1", "dragon", branch?.id ?? "");
  expect(await slotOf(await startNode({ sessionId: "after-the-choice" }))).toBe("on the laptop");
});

test("what does not change is not brought again", async () => {
  const node = await startNode({ intervalMs: 50 });
  node.write("once");
  await vi.waitFor(async () => expect(await versions()).toEqual(["periodic head"]), { timeout: 20_000 });
  await node.end();
  expect(await versions()).toEqual(["periodic head"]);
});
