import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Handoff, HANDOFF_LIFE_MS, HandoffToken, readHandoffCode } from "@nearframe/shared/api/handoff";
import { Scope } from "@nearframe/shared/lifetime";
import express from "express";
import * as z from "zod/mini";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "@nearframe/shared/clock";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../cluster/adapters/local/local-hub.ts";
import { openHandoffs } from "../players/handoffs.ts";
import { openIdentity } from "../players/identity.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { silentLog } from "../testing/world.ts";
import { handoffsApi } from "./handoffs-api.ts";

const http = createServer();
const scope = new Scope();
const hub = createLocalHub({ clock: systemClock, log: silentLog }, scope);
let nowMs = 1_800_000_000_000;
const clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };
const identity = await openIdentity({ settings: createMemoryStore(), clock, newId: () => crypto.randomUUID() });
let base: string;

beforeAll(async () => {
  const handoffs = await openHandoffs({ cluster: joinLocalCluster({ serverId: "a", hub, log: silentLog }, scope), clock });
  http.on("request", express().use("/api/handoffs", handoffsApi({ identity, handoffs })));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/handoffs`;
});
afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  await scope.close();
});

const ask = (token: string) => fetch(base, { method: "POST", headers: { authorization: `Bearer ${token}` } });
const take = (code: unknown) =>
  fetch(`${base}/take`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }) });
async function codeOf(token: string): Promise<string> {
  const answer = await ask(token);
  expect(answer.status).toBe(201);
  return z.parse(Handoff, await answer.json()).code;
}

test("another device shows the code and is the same player, once", async () => {
  const phone = await identity.createGuest();
  const code = await codeOf(phone.token);
  const answer = await take(code);
  const { token } = z.parse(HandoffToken, await answer.json());
  expect(await identity.read(token)).toMatchObject({ type: "player", playerId: phone.playerId });
  expect((await take(code)).status).toBe(404);
});

test("of two who take a code at once one has it", async () => {
  const code = await codeOf((await identity.createGuest()).token);
  const answers = await Promise.all([take(code), take(code)]);
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 404]);
});

test("a code is good for two minutes, and whoever asks twice at once waits", async () => {
  const { token } = await identity.createGuest();
  const code = await codeOf(token);
  expect((await ask(token)).status).toBe(429);
  nowMs += HANDOFF_LIFE_MS;
  expect((await take(code)).status).toBe(404);
  expect((await ask(token)).status).toBe(201);
});

test.each([["no code", undefined], ["none there is", "22222222"], ["something else", "'; drop"], ["far too much", "2".repeat(3_000)]])("%s gives nothing", async (_name, code) => {
  expect((await take(code)).ok).toBe(false);
});

test("strangers get no code", async () => {
  expect((await ask("forged")).status).toBe(401);
});

test("a code is read as people type it", () => {
  expect([" abcd-2345 ", "ABCD2345", "abcd 234", "abcd-2340"].map(readHandoffCode)).toEqual(["ABCD2345", "ABCD2345", undefined, undefined]);
});
