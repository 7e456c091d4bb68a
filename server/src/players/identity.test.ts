import { createHmac } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import { expect, test } from "vitest";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { openIdentity, TOKEN_LIFE_DAYS } from "./identity.ts";

const DAY_MS = 24 * 3600 * 1000;

async function setUp(settings = createMemoryStore()) {
  let nowMs = Date.parse("2027-01-01T00:00:00Z");
  let ids = 0;
  const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs };
  const identity = await openIdentity({ settings, clock, newId: () => `guest-${String(++ids).padStart(4, "0")}` });
  return { identity, settings, pass: (ms: number) => void (nowMs += ms) };
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a guest is the same player at every visit, and the token is kept", async () => {
  const { identity } = await setUp();
  const { playerId, token } = await identity.createGuest();
  expect(await identity.read(token)).toEqual({ type: "player", playerId, token });
});

test("guests differ", async () => {
  const { identity } = await setUp();
  const [first, second] = [await identity.createGuest(), await identity.createGuest()];
  expect(first.playerId).not.toBe(second.playerId);
});

test("whoever visits now and then never loses the identity", async () => {
  const { identity, pass } = await setUp();
  const guest = await identity.createGuest();
  let { token } = guest;
  for (let visit = 0; visit < 5; visit++) {
    pass((TOKEN_LIFE_DAYS - 1) * DAY_MS);
    const reading = await identity.read(token);
    expect(reading).toMatchObject({ type: "player", playerId: guest.playerId });
    expect(reading).not.toMatchObject({ token });
    token = (reading as { token: string }).token;
  }
});

test("a token that was not used for too long is expired, not forged", async () => {
  const { identity, pass } = await setUp();
  const { token } = await identity.createGuest();
  pass((TOKEN_LIFE_DAYS + 1) * DAY_MS);
  expect(await identity.read(token)).toEqual({ type: "expired" });
});

test("the key is in the store: after a restart tokens still count, elsewhere they don't", async () => {
  const { identity, settings } = await setUp();
  const { playerId, token } = await identity.createGuest();
  const restarted = await setUp(settings);
  expect(await restarted.identity.read(token)).toMatchObject({ type: "player", playerId });
  const elsewhere = await setUp();
  expect(await elsewhere.identity.read(token)).toEqual({ type: "forged" });
});

test("forgeries are seen", async () => {
  const { identity, pass } = await setUp();
  const { token } = await identity.createGuest();
  const [header, payload, signature] = token.split(".") as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const other = encode({ ...claims, sub: "somebody-else" });
  const hs256 = encode({ alg: "HS256" });
  const forgeries = {
    empty: "",
    nonsense: "not a token",
    "another player": `${header}.${other}.${signature}`,
    "longer life": `${header}.${encode({ ...claims, exp: claims.exp + 1 })}.${signature}`,
    "no signature": `${encode({ alg: "none" })}.${payload}.`,
    "a signature of another kind": `${hs256}.${payload}.${createHmac("sha256", "public key").update(`${hs256}.${payload}`).digest("base64url")}`,
    "cut short": token.slice(0, -4),
  };
  for (const [name, forgery] of Object.entries(forgeries)) {
    expect([name, await identity.read(forgery)]).toEqual([name, { type: "forged" }]);
  }
  // Nor does age turn a forgery into something milder.
  pass(10 * TOKEN_LIFE_DAYS * DAY_MS);
  expect(await identity.read(forgeries["another player"])).toEqual({ type: "forged" });
});
