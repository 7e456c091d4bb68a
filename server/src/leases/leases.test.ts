import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../cluster/adapters/local/local-hub.ts";
import { CALL_MS } from "../cluster/limits.ts";
import { createLog } from "../log.ts";
import { openLeases, runLeases, type Lease } from "./leases.ts";
import { CONFIRMED_LIFE_MS, ENTRY_TTL_MS, RENEW_EVERY_MS, SWEEP_EVERY_MS, UNCONFIRMED_LIFE_MS } from "./limits.ts";
import { SlotEntry } from "./slot-entry.ts";
import { unreliable, type Link } from "./testing/unreliable-bucket.ts";

const scopes: Scope[] = [];
const opened = (scope = new Scope()): Scope => {
  scopes.push(scope);
  return scope;
};

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  for (const scope of scopes.splice(0).reverse()) await Promise.all([scope.close(), vi.advanceTimersByTimeAsync(0)]);
  // Calls that were under way reach their limits.
  await vi.advanceTimersByTimeAsync(CALL_MS);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Later than anybody would take a lease of this life for alive. */
const past = (lifeMs: number) => lifeMs * 1.2;

const log = createLog("silent", { write: () => {} });

function world() {
  const hub = createLocalHub({ clock: systemClock, log }, opened());
  const server = async (serverId: string, link?: Link) => {
    const scope = opened();
    const cluster = joinLocalCluster({ serverId, hub, log }, scope);
    const lost: Lease[] = [];
    const changed: string[] = [];
    const events = { onLost: (lease: Lease) => void lost.push(lease), onChanged: (nodeId: string) => void changed.push(nodeId) };
    const ports = { cluster, clock: systemClock, log, random: () => 0, events };
    const bucket = await cluster.bucket("slots", { schema: SlotEntry, ttlMs: ENTRY_TTL_MS });
    const leases = link ? await runLeases(unreliable(bucket, link), ports, scope) : await openLeases(ports, scope);
    return { ...leases, lost, changed, scope, bucket };
  };
  return { server };
}

const goOn = (durationMs: number) => vi.advanceTimersByTimeAsync(durationMs);

describe("a slot", () => {
  test("goes to one session, until there is none left", async () => {
    const { takeSlot, slotsFree } = await world().server("a");
    const [first, second, third] = [await takeSlot("n1", 2, "s1"), await takeSlot("n1", 2, "s2"), await takeSlot("n1", 2, "s3")];
    expect(new Set([first?.slot, second?.slot])).toEqual(new Set([0, 1]));
    expect(second!.epoch).toBeGreaterThan(first!.epoch);
    expect(third).toBeUndefined();
    expect([slotsFree("n1", 2), slotsFree("n2", 2)]).toEqual([0, 2]);
  });

  test("goes to one of those who ask at once, on one server and on two", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const asked = Array.from({ length: 50 }, (_, index) => (index % 2 ? a : b).takeSlot("n1", 3, `s${index}`));
    const taken = (await Promise.all(asked)).filter((lease) => lease !== undefined);
    expect(taken).toHaveLength(3);
    expect(new Set(taken.map(({ slot }) => slot))).toEqual(new Set([0, 1, 2]));
    expect(new Set(taken.map(({ epoch }) => epoch)).size).toBe(3);
  });

  test("that is given back is free at once, everywhere, and its next epoch is greater", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const lease = (await a.takeSlot("n1", 1, "s1"))!;
    await goOn(0);
    expect(b.slotsFree("n1", 1)).toBe(0);
    a.release(lease);
    expect(a.holds(lease)).toBe(false);
    await goOn(0);
    expect([a.slotsFree("n1", 1), b.slotsFree("n1", 1)]).toEqual([1, 1]);
    expect(b.changed.filter((nodeId) => nodeId === "n1")).toHaveLength(2);
    expect((await b.takeSlot("n1", 1, "s2"))!.epoch).toBeGreaterThan(lease.epoch);
    expect(a.lost).toEqual([]);
  });
});

describe("a lease", () => {
  test("that nobody confirms is over after its life, and its slot free", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const lease = (await a.takeSlot("n1", 1, "s1"))!;
    await goOn(UNCONFIRMED_LIFE_MS - 1);
    expect([a.holds(lease), a.lost]).toEqual([true, []]);
    await goOn(SWEEP_EVERY_MS);
    expect([a.holds(lease), a.lost]).toEqual([false, [lease]]);
    expect(b.slotsFree("n1", 1)).toBe(1);
    a.confirm(lease);
    await goOn(past(CONFIRMED_LIFE_MS));
    expect([a.holds(lease), a.lost]).toEqual([false, [lease]]);
  });

  test("that is confirmed lasts until it is released", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const lease = (await a.takeSlot("n1", 1, "s1"))!;
    a.confirm(lease);
    for (let count = 0; count < 50; count++) {
      await goOn(RENEW_EVERY_MS);
      expect([a.holds(lease), b.slotsFree("n1", 1), b.isCurrent("n1", "s1", lease.epoch)]).toEqual([true, 0, true]);
    }
    expect(await b.takeSlot("n1", 1, "s2")).toBeUndefined();
  });

  test("of a server that died is free after its life, and others are told", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const lease = (await a.takeSlot("n1", 1, "s1"))!;
    a.confirm(lease);
    await goOn(0);
    await a.scope.close();
    await goOn(CONFIRMED_LIFE_MS);
    expect(await b.takeSlot("n1", 1, "s2")).toBeUndefined();
    b.changed.length = 0;
    await goOn(past(CONFIRMED_LIFE_MS) - CONFIRMED_LIFE_MS);
    expect(b.changed).toEqual(["n1"]);
    const next = (await b.takeSlot("n1", 1, "s2"))!;
    expect(next.epoch).toBeGreaterThan(lease.epoch);
    expect(b.isCurrent("n1", "s1", lease.epoch)).toBe(false);
  });

  test("is adopted by another server at once, under its own epoch, and its old owner is told", async () => {
    const { server } = world();
    const [a, b] = [await server("a"), await server("b")];
    const lease = (await a.takeSlot("n1", 2, "s1"))!;
    a.confirm(lease);
    await goOn(0);
    const [adopted, again] = await Promise.all([b.adopt(lease, 2), b.adopt(lease, 2)]);
    expect([adopted, again]).toEqual([lease, lease]);
    await goOn(RENEW_EVERY_MS + SWEEP_EVERY_MS);
    expect([a.lost, b.lost, a.holds(lease), b.holds(lease)]).toEqual([[lease], [], false, true]);
    expect(b.slotsFree("n1", 2)).toBe(1);
  });

  test("whose entry went is adopted under its own epoch, if there is a slot left", async () => {
    const { server } = world();
    const a = await server("a");
    const lease = await a.adopt({ nodeId: "n1", sessionId: "s1", epoch: 7 }, 1);
    expect(lease).toEqual({ nodeId: "n1", slot: 0, sessionId: "s1", epoch: 7 });
    await goOn(past(CONFIRMED_LIFE_MS));
    expect(a.holds(lease!)).toBe(true);
    expect(await a.adopt({ nodeId: "n1", sessionId: "s2", epoch: 8 }, 1)).toBeUndefined();
  });

  test("whose entry goes while it is held is put back", async () => {
    const { server } = world();
    const a = await server("a");
    const lease = (await a.takeSlot("n1", 1, "s1"))!;
    a.confirm(lease);
    await goOn(0);
    await a.bucket.delete("n1.0", (await a.bucket.get("n1.0"))!.revision);
    await goOn(RENEW_EVERY_MS + SWEEP_EVERY_MS);
    expect([a.holds(lease), a.lost, a.isCurrent("n1", "s1", lease.epoch)]).toEqual([true, [], true]);
  });
});

describe("without the bus", () => {
  const cut = (): Link => ({ up: true, lossShare: 0, delayMsMax: 5, random: () => 0.5 });

  test("a lease is not certain once its life is over, and held again when the bus is back", async () => {
    const { server } = world();
    const link = cut();
    const a = await server("a", link);
    const taking = a.takeSlot("n1", 1, "s1");
    await goOn(100);
    const lease = (await taking)!;
    a.confirm(lease);
    await goOn(100);
    link.up = false;
    await goOn(CONFIRMED_LIFE_MS);
    expect([a.holds(lease), a.lost]).toEqual([false, []]);
    link.up = true;
    await goOn(5_000);
    expect([a.holds(lease), a.lost]).toEqual([true, []]);
  });

  test("a lease that somebody took meanwhile is lost when the bus is back", async () => {
    const { server } = world();
    const link = cut();
    const [a, b] = [await server("a", link), await server("b")];
    const taking = a.takeSlot("n1", 1, "s1");
    await goOn(100);
    const lease = (await taking)!;
    a.confirm(lease);
    await goOn(100);
    link.up = false;
    await goOn(past(CONFIRMED_LIFE_MS));
    const next = (await b.takeSlot("n1", 1, "s2"))!;
    b.confirm(next);
    link.up = true;
    await goOn(5_000);
    expect([a.lost, a.holds(lease), b.holds(next), b.lost]).toEqual([[lease], false, true, []]);
  });

  test("a taking whose answer was lost takes nothing for long", async () => {
    const { server } = world();
    const link = cut();
    const [a, b] = [await server("a", link), await server("b")];
    const taking = a.takeSlot("n1", 1, "s1").catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1);
    link.up = false;
    await goOn(3_000);
    expect(await taking).toMatchObject({ code: "CLUSTER_UNAVAILABLE" });
    expect(b.slotsFree("n1", 1)).toBe(0);
    link.up = true;
    await goOn(1_000);
    expect(b.slotsFree("n1", 1)).toBe(1);
  });

  test("a release that got no answer is repeated", async () => {
    const { server } = world();
    const link = cut();
    const [a, b] = [await server("a", link), await server("b")];
    const taking = a.takeSlot("n1", 1, "s1");
    await goOn(100);
    a.confirm((await taking)!);
    await goOn(100);
    link.up = false;
    a.release((await taking)!);
    await goOn(5_000);
    expect(b.slotsFree("n1", 1)).toBe(0);
    link.up = true;
    await goOn(5_000);
    expect(b.slotsFree("n1", 1)).toBe(1);
  });
});
