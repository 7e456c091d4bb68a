import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SessionQuality } from "@nearframe/shared/api/quality";
import { ApiError } from "@nearframe/shared/api/titles";
import { systemClock } from "@nearframe/shared/clock";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { openIdentity } from "../players/identity.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { sessionRecord } from "../store/store.contract.ts";
import { MINUTES_SHOWN_MAX } from "../telemetry/limits.ts";
import { minuteRecord } from "../testing/fixtures.ts";
import { qualityApi } from "./quality-api.ts";

const http = createServer();
const store = createMemoryStore();
let base: string;
let token: string;
let strangersToken: string;

beforeAll(async () => {
  let ids = 0;
  const identity = await openIdentity({ settings: store, clock: systemClock, newId: () => `player-${++ids}` });
  const guest = await identity.createGuest();
  token = guest.token;
  strangersToken = (await identity.createGuest()).token;
  await store.saveSession(sessionRecord({ id: "s1", playerId: guest.playerId }), []);
  await store.saveSession(sessionRecord({ id: "fresh", playerId: guest.playerId }), []);
  await store.saveMinutes([minuteRecord({ minute: 1 }, { flags: ["shown-over-sent"] }), minuteRecord({ minute: 0 })]);
  http.on("request", express().use("/api/sessions", qualityApi({ identity, store })));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/sessions`;
});

afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

const get = (address: string, authorization?: string) =>
  fetch(base + address, { headers: authorization === undefined ? {} : { authorization } });

test("a player sees how the session went, minute by minute, and nothing of what is held against whom", async () => {
  const response = await get("/s1/quality", `Bearer ${token}`);
  expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
  const body = z.parse(SessionQuality, await response.json());
  expect(body).toEqual({ sessionId: "s1", minutes: [minuteRecord({ minute: 0 }).quality, minuteRecord({ minute: 1 }).quality] });
});

test("a session without a minute has none", async () => {
  const response = await get("/fresh/quality", `bearer ${token}`);
  expect(z.parse(SessionQuality, await response.json())).toEqual({ sessionId: "fresh", minutes: [] });
});

test.each([
  ["without a token", undefined],
  ["with another scheme", "Basic cGxheWVyOng="],
  ["with a forged token", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGF5ZXItMSJ9."],
  ["with a token that is too long", `Bearer ${"x".repeat(2049)}`],
])("%s nobody is let in", async (_name, authorization) => {
  const response = await get("/s1/quality", authorization);
  expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  expect(z.parse(ApiError, await response.json()).code).toBe("TOKEN_REFUSED");
});

test("another player's session, one that never was and no id at all are the same answer", async () => {
  const answers = [
    await get("/s1/quality", `Bearer ${strangersToken}`),
    await get("/none/quality", `Bearer ${strangersToken}`),
    await get("/%00/quality", `Bearer ${strangersToken}`),
    await get(`/${"x".repeat(100)}/quality`, `Bearer ${strangersToken}`),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
});

test("of a very long session the newest hours are shown", async () => {
  await store.saveMinutes(Array.from({ length: MINUTES_SHOWN_MAX + 5 }, (_, minute) => minuteRecord({ minute }, { sessionId: "fresh" })));
  const { minutes } = z.parse(SessionQuality, await (await get("/fresh/quality", `Bearer ${token}`)).json());
  expect([minutes.length, minutes[0]?.minute]).toEqual([MINUTES_SHOWN_MAX, 5]);
});
