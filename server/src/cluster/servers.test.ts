import type { Clock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { createLog } from "../log.ts";
import { joinLocalCluster } from "./adapters/local/local-cluster.ts";
import { createLocalHub } from "./adapters/local/local-hub.ts";
import { BEAT_EVERY_MS, SERVER_TTL_MS } from "./living-servers.ts";
import { mixSeed } from "./rank-indexers.ts";
import { openServers } from "./servers.ts";

const HOUR_MS = 60 * 60_000;
const log = createLog("silent", { write: () => {} });
const scopes: Scope[] = [];

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(async () => {
  for (const scope of scopes.splice(0).reverse()) await Promise.all([scope.close(), vi.advanceTimersByTimeAsync(0)]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function world() {
  const clock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
  const hubScope = new Scope();
  scopes.push(hubScope);
  const hub = createLocalHub({ clock, log }, hubScope);
  return {
    hub,
    async server(serverId: string) {
      const scope = new Scope();
      scopes.push(scope);
      const cluster = joinLocalCluster({ serverId, hub, log }, scope);
      const gone: string[] = [];
      const tally = { changed: 0 };
      const events = { onGone: (id: string) => void gone.push(id), onChanged: () => void tally.changed++ };
      const servers = await openServers({ cluster, clock, log, events }, scope.child());
      return { ...servers, gone, tally, scope, cluster };
    },
  };
}

const goOn = (durationMs: number) => vi.advanceTimersByTimeAsync(durationMs);

test("servers know each other, for as long as they live", async () => {
  const { server } = world();
  const [a, b] = [await server("a"), await server("b")];
  await goOn(10 * SERVER_TTL_MS);
  expect([a.living(), b.living(), a.gone]).toEqual([["a", "b"], ["a", "b"], []]);
  expect([a.isAlive("b"), a.isAlive("c")]).toEqual([true, false]);
});

test("one of an older version is known to lack what it does not tell of", async () => {
  const { server, hub } = world();
  const [a, b] = [await server("a"), await server("b")];
  await goOn(0);
  expect([a.allCan("silence-plays"), b.allCan("silence-plays")]).toEqual([true, true]);
  const older = joinLocalCluster({ serverId: "older", hub, log }, b.scope.child());
  const entries = await older.bucket("servers", { schema: z.object({ share: z.string() }), ttlMs: SERVER_TTL_MS });
  await entries.create("older", { share: "0".repeat(64) });
  await goOn(0);
  expect(a.living()).toContain("older");
  expect(a.allCan("silence-plays")).toBe(false);
});

test("one that says goodbye is gone at once", async () => {
  const { server } = world();
  const [a, b] = [await server("a"), await server("b")];
  await goOn(0);
  await Promise.all([b.scope.close(), goOn(0)]);
  expect([a.living(), a.gone]).toEqual([["a"], ["b"]]);
  expect(a.tally.changed).toBeGreaterThan(1);
});

test("one that dies is gone when its entry is", async () => {
  const { server } = world();
  const [a, b] = [await server("a"), await server("b")];
  await goOn(0);
  // Without a goodbye: its calls reach nobody any more.
  b.cluster.bucket = () => Promise.reject(new Error("dead"));
  vi.spyOn(b.cluster, "connected", "get").mockReturnValue(false);
  const entries = await a.cluster.bucket("servers", { schema: (await import("zod/mini")).any(), ttlMs: SERVER_TTL_MS });
  const stolen = await entries.get("b");
  await entries.delete("b", stolen!.revision);
  expect(a.living()).toEqual(["a"]);
  await goOn(BEAT_EVERY_MS + 100);
  // It was not dead: its next beat puts its entry back.
  expect([a.living(), a.gone]).toEqual([["a", "b"], ["b"]]);
});

test("all servers draw from one seed, which anyone can make again, and from another each hour", async () => {
  const { server } = world();
  const [a, b] = [await server("a"), await server("b")];
  expect(b.seed()).toEqual(a.seed());
  const first = a.seed();
  const seeds = await a.cluster.bucket<{ seed: string; shares: { serverId: string; share: string }[] }>("seeds", {
    schema: (await import("zod/mini")).any(),
    ttlMs: 7 * 24 * HOUR_MS,
  });
  const { seed, shares } = (await seeds.get(String(first.number)))!.value;
  expect([seed, mixSeed(first.number, shares)]).toEqual([first.seed, first.seed]);
  await goOn(HOUR_MS);
  expect(b.seed()).toEqual(a.seed());
  expect(a.seed().number).toBe(first.number + 1);
  expect(a.seed().seed).not.toBe(first.seed);
});
