import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "@nearframe/shared/clock";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { silentLog } from "../testing/world.ts";
import { CLASS_DAYS_MAX, playerClassesApi } from "./player-classes-api.ts";
import { refuseFailures } from "./refusals.ts";

const ADMIN = "an-admin-token-of-the-tests";
const DAY_MS = 24 * 3600 * 1000;
let nowMs = 1_000_000;
const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };
const store = createMemoryStore();
const http = createServer();
let base: string;

beforeAll(async () => {
  http.on("request", express().use("/api/players", playerClassesApi({ clock, store, adminToken: ADMIN })).use(refuseFailures(silentLog)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/players`;
});

afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const call = (method: string, path: string, token = ADMIN) => fetch(base + path, { method, headers: { authorization: `Bearer ${token}` } });

test("a class lasts for its days, and can be taken back", async () => {
  const untilMs = nowMs + 30 * DAY_MS;
  const paid = { playerId: "p1", class: "paid", untilMs };
  expect(await (await call("POST", "/p1/class/paid?days=30")).json()).toEqual(paid);
  expect(await (await call("GET", "/p1/class")).json()).toEqual(paid);
  expect(await store.findClass("p1")).toEqual({ playerClass: "paid", untilMs });
  expect(await (await call("POST", "/p1/class/ordinary")).json()).toEqual({ playerId: "p1", class: "ordinary" });
  expect(await store.findClass("p1")).toBeUndefined();
  await call("POST", "/p1/class/background?days=1");
  nowMs += DAY_MS;
  expect(await (await call("GET", "/p1/class")).json()).toEqual({ playerId: "p1", class: "ordinary" });
});

test.each([
  ["a player's own token", "POST", "/p9/class/paid?days=30", "a-player-shows-this", 401],
  ["the same, who only reads", "GET", "/p9/class", "a-player-shows-this", 401],
  ["what goes before all others", "POST", "/p9/class/interrupted?days=30", ADMIN, 404],
  ["no such player", "POST", "/a%20b/class/paid?days=30", ADMIN, 404],
  ["for ever", "POST", "/p9/class/paid", ADMIN, 400],
  ["for too long", "POST", `/p9/class/paid?days=${CLASS_DAYS_MAX + 1}`, ADMIN, 400],
  ["not a number", "POST", "/p9/class/paid?days=1e2", ADMIN, 400],
])("%s is refused and changes nothing", async (_, method, path, token, status) => {
  expect((await call(method, path, token)).status).toBe(status);
  expect(await store.findClass("p9")).toBeUndefined();
});
