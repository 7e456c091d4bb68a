import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { ApiError, TitleList } from "@nearframe/shared/api/titles";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CatalogueTitle } from "../catalogue/catalogue.ts";
import type { NodeCandidate } from "../placement/choose-node.ts";
import { manifest } from "../testing/fixtures.ts";
import { silentLog } from "../testing/world.ts";
import { openSaves } from "../saves/saves.ts";
import { deriveSaveKeys } from "../saves/secret.ts";
import { createMemoryStorage } from "../storage/adapters/memory/memory-storage.ts";
import { openTitleStore } from "../title-store/title-store.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { createApp, type AppPorts } from "./app.ts";

let root: string;
let base: string;
let listed: CatalogueTitle[] = [];
let candidates: NodeCandidate[] = [];
let broken = false;
const http = createServer();
const store = createMemoryStore();
const scope = new Scope();
const saves = await openSaves(
  { clock: systemClock, log: silentLog, store, storage: createMemoryStorage() },
  { secret: "a-secret-of-the-tests-for-their-saves" },
  scope,
);
const titleStore = await openTitleStore(
  { clock: systemClock, log: silentLog, store, storage: createMemoryStorage(), keys: deriveSaveKeys("a-secret") },
  undefined,
);
const nobodyPlays: Pick<AppPorts, "agents" | "clock" | "handoffs" | "identity" | "sessions" | "servers" | "store" | "saves" | "titleStore" | "localTitles" | "adminToken" | "checking"> = {
  agents: { call: async () => ({ ok: false, code: "AGENT_NO_ANSWER", message: "nobody plays" }) },
  clock: systemClock,
  sessions: { emptyNode: () => {} },
  handoffs: { make: async () => undefined, take: async () => undefined },
  servers: { seed: () => ({ number: 0, seed: "" }), publishedSeed: async () => undefined },
  identity: { read: async () => ({ type: "forged" }), tokenFor: async () => "" },
  store,
  saves,
  titleStore,
  localTitles: { find: () => undefined, isPublished: () => false, refresh: async () => {} },
  adminToken: "an-admin-token-of-the-tests",
  checking: { publicKey: "", epochMs: 900_000, appeal: () => {} },
};

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "nearframe-http-"));
  await mkdir(path.join(root, "client/assets"), { recursive: true });
  await mkdir(path.join(root, ".titles/freedoom"), { recursive: true });
  await writeFile(path.join(root, "client/index.html"), "<!doctype html><title>Nearframe</title>");
  await writeFile(path.join(root, "client/assets/main-abc123.js"), "1");
  await writeFile(path.join(root, "client/favicon.svg"), "<svg/>");
  await writeFile(path.join(root, ".titles/freedoom/cover.svg"), "<svg>cover</svg>");
  await writeFile(path.join(root, "secret.txt"), "secret");
  const catalogue = {
    list: () => {
      if (broken) throw new Error("disk on fire");
      return listed;
    },
    findArt: (titleId: string, kind: "cover" | "hero") =>
      listed.find(({ title }) => title.manifest.id === titleId)?.art[kind],
  };
  const app = createApp({ ...nobodyPlays, catalogue, nodes: { candidates: () => candidates, records: () => [], record: () => undefined, tell: () => {} }, log: silentLog }, path.join(root, "client"), [{ url: "https://fra.example.org/api/echo" }]);
  http.on("request", app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await scope.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  await rm(root, { recursive: true });
});

beforeEach(() => {
  broken = false;
  candidates = [];
  const folder = path.join(root, ".titles/freedoom");
  const cover = { folder, path: "cover.svg", contentType: "image/svg+xml", version: "v1" };
  const hero = { ...cover, path: "gone.svg" };
  listed = [{ title: { manifest: manifest(), folder }, art: { cover, hero } }];
});

const get = (address: string, headers: Record<string, string> = {}) => fetch(base + address, { headers });
const node = (change: Partial<NodeCandidate>): NodeCandidate => ({
  nodeId: "n1",
  state: "linked",
  runtimes: ["native"], busyRuntimes: [],
  slots: 1,
  slotsFree: 1,
  ...change,
});

test("the catalogue says what everybody may know, and nothing else", async () => {
  const response = await get("/api/titles");
  expect(response.headers.get("content-type")).toContain("application/json");
  const body: unknown = await response.json();
  const { titles } = z.parse(TitleList, body);
  expect(titles).toHaveLength(1);
  expect(titles[0]).toMatchObject({
    id: "freedoom",
    art: { cover: "/api/titles/freedoom/art/cover?v=v1", accent: "#aabbcc" },
  });
  expect(JSON.stringify(body)).not.toContain("chocolate-doom");
  expect(JSON.stringify(body)).not.toContain(root);
});

test.each([
  ["a free node", [node({})], "now"],
  ["a full node", [node({ slotsFree: 0 })], "busy"],
  ["a node whose link is down for a moment", [node({ state: "missing" })], "busy"],
  ["nodes that can't run it", [node({ runtimes: ["web"] })], "unavailable"],
  ["no node", [], "unavailable"],
])("availability with %s", async (_name, nodes, state) => {
  candidates = nodes;
  const { titles } = z.parse(TitleList, await (await get("/api/titles")).json());
  expect(titles[0]?.availability.state).toBe(state);
});

test("health counts what is there", async () => {
  candidates = [node({ slotsFree: 3 }), node({ nodeId: "n2", state: "missing" })];
  expect(await (await get("/api/health")).json()).toEqual({ status: "ok", titles: 1, nodes: 1, slotsFree: 3 });
});

test("a picture is kept for ever under its version, and asked for anew without", async () => {
  const versioned = await get("/api/titles/freedoom/art/cover?v=v1");
  expect(await versioned.text()).toBe("<svg>cover</svg>");
  expect(versioned.headers.get("content-type")).toBe("image/svg+xml");
  expect(versioned.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect(versioned.headers.get("content-security-policy")).toContain("sandbox");
  for (const address of ["/api/titles/freedoom/art/cover", "/api/titles/freedoom/art/cover?v=old"]) {
    const response = await get(address);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const etag = response.headers.get("etag") ?? "";
    // As a browser asks; fetch by itself would add "no-cache", which asks for the whole.
    expect((await get(address, { "if-none-match": etag, "cache-control": "max-age=0" })).status).toBe(304);
  }
});

test.each([
  ["/api/titles/none/art/cover", 404, "ART_UNKNOWN"],
  ["/api/titles/freedoom/art/poster", 404, "ART_UNKNOWN"],
  ["/api/titles/freedoom/art/hero", 404, "NOT_FOUND"],
  ["/api/titles/freedoom/art/..%2f..%2f..%2fsecret.txt", 404, "ART_UNKNOWN"],
  ["/api/nothing", 404, "NOT_FOUND"],
  ["/api/sessions", 404, "NOT_FOUND"],
  ["/api/sessions/s1/quality", 401, "TOKEN_REFUSED"],
  ["/api/saves", 401, "TOKEN_REFUSED"],
  ["/transfer/saves/latest", 401, "TICKET_REFUSED"],
  ["/transfer/titles/freedoom/current", 401, "TICKET_REFUSED"],
  ["/transfer/titles/freedoom", 401, "ADMIN_TOKEN_REFUSED"],
  ["/assets/none.js", 404, "NOT_FOUND"],
  ["/..%2fsecret.txt", 404, "NOT_FOUND"],
  ["/%2e%2e/secret.txt", 404, "NOT_FOUND"],
  ["/%00", 404, "NOT_FOUND"],
  ["/%E0%A4%A", 400, "REQUEST_INVALID"],
])("%s -> %i %s", async (address, status, code) => {
  const response = await get(address);
  const error = z.parse(ApiError, await response.json());
  expect([response.status, error.code]).toEqual([status, code]);
  expect(JSON.stringify(error)).not.toContain(root);
});

test("the page is the same for every title, and never stale", async () => {
  for (const address of ["/", "/play/freedoom", "/play/anything"]) {
    const response = await get(address, { accept: "text/html" });
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-cache"]);
    expect(await response.text()).toContain("<title>Nearframe</title>");
  }
});

test("a person who mistypes gets the page, a program the error", async () => {
  const person = await get("/games", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
  expect([person.status, person.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
  const program = await get("/games", { accept: "application/json" });
  expect(z.parse(ApiError, await program.json()).code).toBe("NOT_FOUND");
});

test("files with a hash in their name are kept for ever, others are not", async () => {
  expect((await get("/assets/main-abc123.js")).headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
  expect((await get("/favicon.svg")).headers.get("cache-control")).toBe("public, max-age=0");
});

test("anybody may ask how far it is, from any page, and ours may ask the probe points", async () => {
  const response = await fetch(`${base}/api/echo`, { headers: { origin: "https://other.example.org" } });
  expect([response.status, response.headers.get("access-control-allow-origin"), response.headers.get("cache-control")]).toEqual([204, "*", "no-store"]);
  const page = await fetch(`${base}/`);
  expect(page.headers.get("content-security-policy")).toContain("connect-src 'self' https://fra.example.org;");
});

test("every answer has the security headers, and none says what we are made of", async () => {
  for (const address of ["/", "/api/titles", "/api/nothing", "/assets/main-abc123.js", "/%E0%A4%A"]) {
    const { headers } = await get(address);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'self'/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-powered-by")).toBeNull();
  }
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is not for here, whatever body it brings", async (method) => {
  const body = method === "OPTIONS" ? undefined : "x".repeat(1_000_000);
  const response = await fetch(`${base}/api/titles`, { method, ...(body !== undefined && { body }) });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("a failure of ours is owned, and nothing of our insides is told", async () => {
  broken = true;
  const response = await get("/api/titles");
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(JSON.parse(text)).toEqual({ code: "SERVER_FAILED", message: "the server could not do this; try again" });
  expect((await get("/")).status).toBe(200);
});

test("without a built client the address says what to do", async () => {
  const app = createApp({ ...nobodyPlays, catalogue: { list: () => [], findArt: () => undefined }, nodes: { candidates: () => [], records: () => [], record: () => undefined, tell: () => {} }, log: silentLog }, path.join(root, "none"));
  const other = createServer(app);
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    const response = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    expect(response.status).toBe(503);
    expect(z.parse(ApiError, await response.json())).toMatchObject({ code: "CLIENT_NOT_BUILT", message: expect.stringContaining("npm start") });
  } finally {
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  }
});
