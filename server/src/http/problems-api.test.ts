import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ProblemReceipt } from "@nearframe/shared/api/problem";
import { systemClock } from "@nearframe/shared/clock";
import express from "express";
import * as z from "zod/mini";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openIdentity } from "../players/identity.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { problemReport } from "../store/problem-store.contract.ts";
import { silentLog } from "../testing/world.ts";
import { problemsApi } from "./problems-api.ts";
import { refuseFailures } from "./refusals.ts";

const ADMIN = "an-admin-token-of-the-tests";
const http = createServer();
const store = createMemoryStore();
let base: string;
let newPlayer: () => Promise<string>;

beforeAll(async () => {
  let ids = 0;
  const identity = await openIdentity({ settings: store, clock: systemClock, newId: () => `player-${++ids}` });
  newPlayer = async () => (await identity.createGuest()).token;
  http.on("request", express().use("/api/problems", problemsApi({ clock: systemClock, identity, store, adminToken: ADMIN })).use(refuseFailures(silentLog)));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/problems`;
});

afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const report = (token: string, body: unknown) =>
  fetch(base, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${token}` }, body: JSON.stringify(body) });
const read = (path: string, token = ADMIN) => fetch(base + path, { headers: { authorization: `Bearer ${token}` } });

test("what a player reports has a number, under which the operator finds it", async () => {
  const answer = await report(await newPlayer(), problemReport);
  expect(answer.status).toBe(201);
  const { problemId } = z.parse(ProblemReceipt, await answer.json());
  expect(await (await read(`/${problemId.toLowerCase()}`)).json()).toMatchObject({ problemId, ...problemReport });
  expect(await (await read("")).json()).toMatchObject({ problems: [{ problemId, note: "it froze", sessionId: "s1" }] });
  expect((await read("/22222222")).status).toBe(404);
});

test.each([
  ["another kind", { ...problemReport, kind: "smell" }],
  ["a long story", { ...problemReport, note: "x".repeat(501) }],
  ["something else as well", { ...problemReport, password: "x" }],
  ["too many turns", { ...problemReport, turns: Array.from({ length: 61 }, () => ({ agoMs: 0, what: "x" })) }],
])("%s is no report", async (_name, body) => {
  const answer = await report(await newPlayer(), body);
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: "REPORT_INVALID" }]);
});

test("what is larger than a report can be is not read", async () => {
  expect((await report(await newPlayer(), { note: "x".repeat(200 * 1024) })).status).toBe(413);
});

test("a player reports so often in an hour and no more; another still can", async () => {
  const token = await newPlayer();
  for (let i = 0; i < 6; i++) expect((await report(token, problemReport)).status).toBe(201);
  expect((await report(token, problemReport)).status).toBe(429);
  expect((await report(await newPlayer(), problemReport)).status).toBe(201);
});

test("strangers report nothing, and players read nothing", async () => {
  expect((await report("forged", problemReport)).status).toBe(401);
  expect((await read("", await newPlayer())).status).toBe(401);
  expect((await read("/22222222", "wrong")).status).toBe(401);
});
