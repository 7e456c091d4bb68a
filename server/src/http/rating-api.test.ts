import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "@nearframe/shared/clock";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openIdentity } from "../players/identity.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { sessionRecord } from "../store/store.contract.ts";
import { ratingApi } from "./rating-api.ts";

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
  http.on("request", express().use("/api/sessions", ratingApi({ identity, store })));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/sessions`;
});

afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

async function rate(body: unknown, bearer: string | undefined = token, id = "s1") {
  const response = await fetch(`${base}/${id}/rating`, {
    method: "PUT",
    headers: { "content-type": "application/json", ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: response.status === 204 ? undefined : ((await response.json()) as { code: string }) };
}

test("a player rates a session they played, and may change their mind", async () => {
  expect((await rate({ overall: 2, picture: 1 })).status).toBe(204);
  expect((await rate({ overall: 5, control: 4 })).status).toBe(204);
  expect(await store.findRating("s1")).toEqual({ overall: 5, control: 4 });
});

test.each([
  ["nothing overall", { picture: 3 }],
  ["six stars", { overall: 6 }],
  ["half a star", { overall: 2.5 }],
  ["something else as well", { overall: 3, comment: "x" }],
])("%s is no rating", async (_name, body) => {
  expect(await rate(body)).toMatchObject({ status: 400, body: { code: "RATING_INVALID" } });
});

test("strangers rate nothing: neither without a token nor another's session nor none", async () => {
  expect(await rate({ overall: 1 }, "forged")).toMatchObject({ status: 401 });
  expect(await rate({ overall: 1 }, strangersToken)).toMatchObject({ status: 404, body: { code: "SESSION_UNKNOWN" } });
  expect(await rate({ overall: 1 }, token, "none")).toMatchObject({ status: 404 });
});
