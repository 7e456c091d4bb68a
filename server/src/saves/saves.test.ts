// Saves as nodes and players use them, over HTTP, on a store and a storage in memory.

import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SaveList, TitleSaves } from "@nearframe/shared/api/saves";
import { ApiError } from "@nearframe/shared/api/titles";
import { Scope } from "@nearframe/shared/lifetime";
import { PART_BYTES, partsOf } from "@nearframe/shared/saves/limits";
import { LatestSave, SaveCommitted, SAVES_PATH, type SaveCommit } from "@nearframe/shared/saves/transfer";
import express from "express";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { refuseFailures } from "../http/refusals.ts";
import { createMemoryStorage } from "../storage/adapters/memory/memory-storage.ts";
import type { ObjectStorage } from "../storage/ports.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { Store } from "../store/ports.ts";
import { manifest } from "../testing/fixtures.ts";
import { silentLog } from "../testing/world.ts";
import { SAVE_LIMITS, type SaveLimits } from "./decide-commit.ts";
import { openSaves, type Saves } from "./saves.ts";
import { savesApi } from "./saves-api.ts";
import { sweepOnce } from "./sweep-leavings.ts";
import { TICKET_LIFE_MS } from "./ticket.ts";
import { transferApi } from "./transfer-api.ts";

const SECRET = "a-secret-of-the-tests-for-their-saves";

let nowMs: number;
let store: Store;
let storage: ObjectStorage;
let saves: Saves;
let base: string;
const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };

beforeEach(() => open());

async function open(limits: SaveLimits = SAVE_LIMITS): Promise<void> {
  nowMs = 1_800_000_000_000;
  store = createMemoryStore();
  storage = createMemoryStorage();
  const scope = new Scope();
  onTestFinished(() => scope.close());
  saves = await openSaves({ clock, log: silentLog, store, storage }, { secret: SECRET, limits }, scope);
  const identity = { read: async (playerId: string) => ({ type: "player" as const, playerId, token: playerId }) };
  const http = createServer(express().use(SAVES_PATH, transferApi(saves)).use("/api/saves", savesApi({ identity, saves })).use(refuseFailures(silentLog)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** The node of one session, as far as saves go. */
function node({ playerId = "p1", sessionId = "s1", epoch = 1, titleId = "freedoom" } = {}) {
  const title = { manifest: manifest({ id: titleId, savePaths: ["saves"] }), folder: "/titles" };
  const ticket = saves.grant({ sessionId, epoch, playerId, title })?.ticket ?? "";
  const call = (method: string, path: string, body?: Uint8Array<ArrayBuffer> | object, headers: Record<string, string> = {}) =>
    fetch(base + SAVES_PATH + path, {
      method,
      headers: {
        authorization: `Bearer ${ticket}`,
        ...(body !== undefined && !(body instanceof Uint8Array) && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: body instanceof Uint8Array ? body : JSON.stringify(body) }),
    });
  const putPart = (saveId: string, index: number, part: Uint8Array<ArrayBuffer>) =>
    call("PUT", `/${saveId}/parts/${index}`, part, { "content-digest": contentDigest(part) });
  async function bring(archive: Uint8Array<ArrayBuffer>, change: Partial<SaveCommit> = {}, saveId = newSaveId()) {
    for (let index = 0; index < partsOf(archive.length); index++) {
      const part = archive.subarray(index * PART_BYTES, (index + 1) * PART_BYTES);
      expect((await putPart(saveId, index, part)).status).toBe(204);
    }
    nowMs += 1_000;
    const response = await call("POST", `/${saveId}`, commitOf(archive, change));
    return { saveId, response };
  }
  async function keep(archive: Uint8Array<ArrayBuffer>, parentId?: string) {
    const { saveId, response } = await bring(archive, parentId === undefined ? {} : { parentId });
    expect(response.status).toBe(200);
    return { saveId, place: z.parse(SaveCommitted, await response.json()).place };
  }
  const latest = async () => z.parse(LatestSave, await (await call("GET", "/latest")).json());
  async function fetchSave(saveId: string, archiveBytes: number) {
    const parts: Buffer[] = [];
    for (let index = 0; index < partsOf(archiveBytes); index++) {
      parts.push(Buffer.from(await (await call("GET", `/${saveId}/parts/${index}`)).arrayBuffer()));
    }
    return Buffer.concat(parts);
  }
  return { ticket, call, putPart, bring, keep, latest, fetchSave };
}

const player = (playerId: string) => ({
  list: async () => {
    const response = await fetch(`${base}/api/saves`, { headers: { authorization: `Bearer ${playerId}` } });
    return z.parse(SaveList, await response.json()).titles;
  },
  choose: (titleId: string, saveId: string) =>
    fetch(`${base}/api/saves/${titleId}/choose`, {
      method: "POST",
      headers: { authorization: `Bearer ${playerId}`, "content-type": "application/json" },
      body: JSON.stringify({ saveId }),
    }),
});

function commitOf(archive: Uint8Array, change: Partial<SaveCommit> = {}): SaveCommit {
  const archiveDigest = createHash("sha256").update(archive).digest("hex");
  return {
    archiveBytes: archive.length, archiveDigest, contentBytes: archive.length * 2, entries: 3,
    takenAtMs: nowMs, occasion: "periodic", settled: true, ...change,
  };
}

const newSaveId = () => crypto.randomUUID();
const contentDigest = (bytes: Uint8Array) => `sha-256=:${createHash("sha256").update(bytes).digest("base64")}:`;
const archive = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const codeOf = async (response: Response) => [response.status, z.parse(ApiError, await response.json()).code];

async function stored(): Promise<[string, Uint8Array][]> {
  const found: [string, Uint8Array][] = [];
  for await (const key of storage.list("")) found.push([key, (await storage.get(key)) ?? new Uint8Array()]);
  return found;
}

test("what one node brought another has, byte for byte", async () => {
  const bytes = new Uint8Array(randomBytes(2 * PART_BYTES + 12_345));
  const { saveId, place } = await node().keep(bytes);
  expect(place).toBe("head");
  const other = node({ sessionId: "s2" });
  const { save } = await other.latest();
  expect(save).toMatchObject({ saveId, archiveBytes: bytes.length, archiveDigest: commitOf(bytes).archiveDigest });
  expect((await other.fetchSave(saveId, bytes.length)).equals(bytes)).toBe(true);
  expect(await saves.latest("p1", "freedoom")).toMatchObject({ saveId });
});

test("a player without a save begins from none", async () => {
  expect(await node().latest()).toEqual({});
});

test("a title that keeps nothing gets no grant", () => {
  const title = { manifest: manifest({ savePaths: [] }), folder: "/titles" };
  expect(saves.grant({ sessionId: "s1", epoch: 1, playerId: "p1", title })).toBeUndefined();
});

test("the storage sees neither what is saved nor whose it is", async () => {
  await node({ playerId: "player-of-the-test" }).keep(archive("the dragon is dead"));
  const objects = await stored();
  expect(objects).toHaveLength(1);
  for (const [key, bytes] of objects) {
    expect(key).not.toContain("player-of-the-test");
    expect(Buffer.from(bytes).includes("dragon")).toBe(false);
  }
});

test("a part that was changed, cut or exchanged in the storage is not handed out", async () => {
  const bytes = new Uint8Array(randomBytes(PART_BYTES + 10));
  const mine = node();
  const { saveId } = await mine.keep(bytes);
  const [[first, one], [second, two]] = (await stored()) as [[string, Uint8Array], [string, Uint8Array]];
  for (const wrong of [two, one.subarray(0, 100), one.with(500, one[500]! ^ 1)]) {
    await storage.put(first, wrong);
    expect((await mine.call("GET", `/${saveId}/parts/0`)).status).toBe(500);
  }
  await storage.delete(second);
  expect(await codeOf(await mine.call("GET", `/${saveId}/parts/1`))).toEqual([410, "SAVE_GONE"]);
});

test.each([
  ["none", ""],
  ["a forged one", `${Buffer.from(JSON.stringify({ use: "saves", sessionId: "s1", epoch: 1, playerId: "p1", titleId: "freedoom", expiresAtMs: 9e15 })).toString("base64url")}.${"A".repeat(43)}`],
  ["two signatures", "a.b.c"],
  ["what is no ticket", "x"],
])("with %s for a ticket nobody is let in", async (_name, ticket) => {
  for (const [method, path] of [["GET", "/latest"], ["PUT", `/${newSaveId()}/parts/0`], ["POST", `/${newSaveId()}`]] as const) {
    const response = await fetch(base + SAVES_PATH + path, { method, headers: { authorization: `Bearer ${ticket}` } });
    expect(await codeOf(response)).toEqual([401, "TICKET_REFUSED"]);
  }
});

test("a ticket expires, and is prolonged for the session's newest node alone", async () => {
  const [older, newer] = [node({ epoch: 1 }), node({ epoch: 2 })];
  expect(await newer.latest()).toEqual({});
  nowMs += TICKET_LIFE_MS * 0.6;
  expect((await older.latest()).ticket).toBeUndefined();
  expect((await newer.latest()).ticket).toEqual(expect.any(String));
  nowMs += TICKET_LIFE_MS * 0.5;
  expect(await codeOf(await newer.call("GET", "/latest"))).toEqual([401, "TICKET_REFUSED"]);
});

test("another player's saves, and another title's, are none at all", async () => {
  const bytes = archive("mine");
  const { saveId } = await node().keep(bytes);
  for (const stranger of [node({ playerId: "p2", sessionId: "s2" }), node({ titleId: "tux", sessionId: "s3" })]) {
    expect(await codeOf(await stranger.call("GET", `/${saveId}/parts/0`))).toEqual([404, "SAVE_UNKNOWN"]);
    expect(await stranger.latest()).toEqual({});
    await stranger.putPart(saveId, 0, archive("theirs"));
  }
  expect(await codeOf(await node().putPart(saveId, 0, archive("other")))).toEqual([409, "SAVE_KEPT"]);
  expect((await node().fetchSave(saveId, bytes.length)).toString()).toBe("mine");
  expect(await player("p2").list()).toEqual([]);
  expect(await codeOf(await player("p2").choose("freedoom", saveId))).toEqual([404, "SAVE_UNKNOWN"]);
});

test("a transfer that broke off goes on where it was, and a commit that is repeated hears the same", async () => {
  const bytes = new Uint8Array(randomBytes(PART_BYTES * 2));
  const saveId = newSaveId();
  const mine = node();
  await mine.putPart(saveId, 1, bytes.subarray(PART_BYTES));
  const early = await mine.call("POST", `/${saveId}`, commitOf(bytes));
  expect(z.parse(ApiError, await early.json())).toEqual({ code: "PARTS_MISSING", message: "bring these parts first: 0" });
  const { response } = await mine.bring(bytes, {}, saveId);
  expect(await response.json()).toMatchObject({ saveId, place: "head" });
  const again = await mine.call("POST", `/${saveId}`, commitOf(bytes));
  expect(await again.json()).toMatchObject({ saveId, place: "head" });
  expect((await player("p1").list())[0]?.saves).toHaveLength(1);
});

test("what is not as it should be is refused, with what to do", async () => {
  const mine = node();
  const id = newSaveId();
  const wrongDigest = mine.call("PUT", `/${id}/parts/0`, archive("a"), { "content-digest": contentDigest(archive("b")) });
  expect(await codeOf(await wrongDigest)).toEqual([400, "DIGEST_WRONG"]);
  expect(await codeOf(await mine.call("PUT", `/${id}/parts/0`, archive("a")))).toEqual([400, "REQUEST_INVALID"]);
  expect(await codeOf(await mine.putPart(id, 256, archive("a")))).toEqual([404, "PART_UNKNOWN"]);
  expect(await codeOf(await mine.putPart("..%2f..%2fx", 0, archive("a")))).toEqual([404, "SAVE_UNKNOWN"]);
  expect((await mine.putPart(id, 0, new Uint8Array(PART_BYTES + 1))).status).toBe(413);
  expect(await codeOf(await mine.call("POST", `/${id}`, { ...commitOf(archive("a")), more: 1 }))).toEqual([400, "REQUEST_INVALID"]);
  expect(await codeOf(await mine.call("POST", `/${id}`, { ...commitOf(archive("a")), archiveBytes: 2 ** 40 }))).toEqual([400, "REQUEST_INVALID"]);
});

test("a session brings few saves at a time", async () => {
  const mine = node();
  for (let count = 0; count < 3; count++) expect((await mine.putPart(newSaveId(), 0, archive("a"))).status).toBe(204);
  expect(await codeOf(await mine.putPart(newSaveId(), 0, archive("a")))).toEqual([429, "UPLOADS_TOO_MANY"]);
});

test("a long session saves as often as it likes: what it made room for holds up nothing", async () => {
  const mine = node();
  let parentId: string | undefined;
  for (let save = 0; save < 12; save++) parentId = (await mine.keep(archive(`turn ${save}`), parentId)).saveId;
  expect((await player("p1").list())[0]?.saves).toHaveLength(2);
});

test("two devices that began from one save: both are kept, the player is told, and chooses", async () => {
  const told: string[] = [];
  const listening = new Scope();
  onTestFinished(() => listening.close());
  saves.listen({ onDiverged: ({ playerId, saveId }) => void told.push(`${playerId} ${saveId}`) }, listening);
  const [phone, laptop] = [node({ sessionId: "phone" }), node({ sessionId: "laptop" })];
  const first = await phone.keep(archive("both have this"));
  const onPhone = await phone.keep(archive("from the phone"), first.saveId);
  const onLaptop = await laptop.keep(archive("from the laptop"), first.saveId);
  expect([onPhone.place, onLaptop.place]).toEqual(["head", "branch"]);
  expect(told).toEqual([`p1 ${onLaptop.saveId}`]);
  // What the laptop saves now goes on from its own, and does not hide the phone's.
  const later = await laptop.keep(archive("from the laptop, later"), onLaptop.saveId);
  expect(later.place).toBe("branch");
  expect((await node({ sessionId: "s9" }).latest()).save?.saveId).toBe(onPhone.saveId);
  const [before] = await player("p1").list();
  expect(before?.diverged).toBe(true);
  expect(before?.saves.map(({ saveId, place }) => [saveId, place])).toEqual([
    [later.saveId, "branch"], [onLaptop.saveId, "branch"], [onPhone.saveId, "head"], [first.saveId, "past"],
  ]);

  const response = await player("p1").choose("freedoom", later.saveId);
  const chosen = z.parse(TitleSaves, await response.json());
  expect(chosen).toMatchObject({ diverged: false });
  expect((await node({ sessionId: "s9" }).latest()).save?.saveId).toBe(later.saveId);
  // The phone plays on from what is not the head any more: that, too, is kept beside it.
  expect((await phone.keep(archive("from the phone, later"), onPhone.saveId)).place).toBe("branch");
});

test("a session is one line, though it may not hear how a commit went, or bring an older save last", async () => {
  const mine = node();
  const first = await mine.keep(archive("kept, unheard"));
  const second = await mine.keep(archive("names no parent"));
  expect(second.place).toBe("head");
  const { response } = await mine.bring(archive("overtaken"), { takenAtMs: 1 });
  expect(z.parse(SaveCommitted, await response.json()).place).toBe("past");
  expect((await mine.latest()).save?.saveId).toBe(second.saveId);
  expect((await player("p1").list())[0]?.saves.map(({ saveId }) => saveId)).not.toContain(first.saveId);
});

test("a node that was given up never puts its save before its successor's", async () => {
  const lost = node({ epoch: 1 });
  const first = await lost.keep(archive("before it was cut off"));
  const successor = node({ epoch: 2 });
  expect((await successor.latest()).save?.saveId).toBe(first.saveId);
  // Heard first, and from the same parent; still not the head.
  expect((await lost.keep(archive("played on, unheard"), first.saveId)).place).toBe("branch");
  expect((await successor.keep(archive("went on here"), first.saveId)).place).toBe("head");
});

test("of a session the last two stay, of a title so many, and what was forgotten leaves nothing", async () => {
  await open({ ...SAVE_LIMITS, versionsMax: 2 });
  let parentId: string | undefined;
  for (const sessionId of ["s1", "s2", "s3", "s4"]) {
    const mine = node({ sessionId });
    for (let save = 0; save < 4; save++) parentId = (await mine.keep(archive(`${sessionId} ${save}`), parentId)).saveId;
  }
  const [title] = await player("p1").list();
  expect(title?.saves.map(({ sessionId, place }) => `${sessionId} ${place}`)).toEqual(["s4 head", "s4 past", "s3 past"]);
  await sweepOnce({ clock, log: silentLog, store, storage });
  expect(await stored()).toHaveLength(3);
});

test("a save that nobody finished bringing is gone a day later, and can't be finished then", async () => {
  const mine = node();
  const saveId = newSaveId();
  await mine.putPart(saveId, 0, archive("half"));
  nowMs += 24 * 60 * 60_000;
  await sweepOnce({ clock, log: silentLog, store, storage });
  expect(await stored()).toEqual([]);
});

test("a full account keeps heads and branches, and refuses what has no room", async () => {
  await open({ ...SAVE_LIMITS, titleBytesMax: 25, playerBytesMax: 30 });
  const mine = node();
  const first = await mine.keep(archive("0123456789"));
  const second = await node({ sessionId: "s2" }).keep(archive("0123456789"), first.saveId);
  const third = await node({ sessionId: "s3" }).keep(archive("0123456789"), second.saveId);
  expect((await player("p1").list())[0]?.saves.map(({ saveId }) => saveId)).toEqual([third.saveId, second.saveId]);
  const { response } = await node({ sessionId: "s4" }).bring(archive("0".repeat(26)), { parentId: third.saveId });
  expect(await codeOf(response)).toEqual([507, "SAVES_FULL"]);
  expect((await mine.latest()).save?.saveId).toBe(third.saveId);
});

test("a server with another secret does not start", async () => {
  const scope = new Scope();
  onTestFinished(() => scope.close());
  const other = openSaves({ clock, log: silentLog, store, storage }, { secret: `${SECRET}, but another` }, scope);
  await expect(other).rejects.toThrow("give this server the same NEARFRAME_SAVE_SECRET");
});
