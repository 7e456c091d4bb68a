import { Scope } from "@nearframe/shared/lifetime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { createLog } from "../../../log.ts";
import { eventually } from "../../../testing/eventually.ts";
import { startNats, type NatsService } from "../../../testing/services/start-nats.ts";
import { testScope } from "../../../testing/test-scope.ts";
import { clusterContract } from "../../cluster.contract.ts";
import { openNatsCluster } from "./nats-cluster.ts";

const services = new Scope();
let nats: NatsService;
let namespaces = 0;

beforeAll(async () => {
  nats = await startNats(services);
});
afterAll(() => services.close());

function opener({ url = nats.url } = {}) {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const namespace = `test-${++namespaces}`;
  return {
    join: (serverId: string, scope: Scope) => openNatsCluster({ serverId, url, replicas: 1, namespace, firstConnectMs: 1_000 }, log, scope),
    lines: () => lines.join(""),
  };
}

clusterContract(async () => opener());

const Numbered = z.strictObject({ number: z.int() });

describe("when NATS goes away", () => {
  async function twoServers() {
    const own = await startNats(testScope());
    const under = opener({ url: own.url });
    const [a, b] = [await under.join("a", testScope()), await under.join("b", testScope())];
    return { nats: own, under, a, b };
  }
  const awake = (...clusters: { connected: boolean }[]) =>
    eventually(() => expect(clusters.map(({ connected }) => connected)).toEqual(clusters.map(() => true)), 10_000);
  const asleep = (...clusters: { connected: boolean }[]) =>
    eventually(() => expect(clusters.map(({ connected }) => connected)).toEqual(clusters.map(() => false)), 10_000);

  test.each(["SIGTERM", "SIGKILL"] as const)("by %s, and comes back: what was said meanwhile arrives, what was kept is there, and two lines say so", async (signal) => {
    const { nats, under, a, b } = await twoServers();
    const heard: number[] = [];
    await b.bus.subscribe("s", Numbered, ({ number }) => void heard.push(number), testScope());
    const [inA, inB] = [await a.bucket("things", { schema: Numbered }), await b.bucket("things", { schema: Numbered })];
    const kept = (await inA.create("kept", { number: 1 }))!;
    const seen = new Map<string, number>();
    await inB.watch((change) => {
      if (change.type === "present") seen.set(change.key, change.value.number);
      else seen.delete(change.key);
    }, testScope());

    await nats.stop(signal);
    await asleep(a, b);
    for (let number = 1; number <= 20; number++) a.bus.publish("s", { number });
    await expect(inA.update("kept", { number: 2 }, kept)).rejects.toMatchObject({ code: "CLUSTER_UNAVAILABLE" });
    await nats.start();
    await awake(a, b);

    expect(await inB.get("kept")).toEqual({ key: "kept", value: { number: 1 }, revision: kept });
    const later = (await inA.update("kept", { number: 3 }, kept))!;
    expect(later).toBeGreaterThan(kept);
    await inA.create("new", { number: 4 });
    await eventually(() => expect(Object.fromEntries(seen)).toEqual({ kept: 3, new: 4 }));
    await eventually(() => expect(heard).toEqual(Array.from({ length: 20 }, (_, index) => index + 1)));
    a.bus.publish("s", { number: 21 });
    await eventually(() => expect(heard.at(-1)).toBe(21));
    expect(under.lines().match(/link to NATS is lost/g)).toHaveLength(2);
    expect(under.lines().match(/link to NATS is back/g)).toHaveLength(2);
  });

  test("without a word, as a machine does that is frozen: calls end in time, and all goes on when it is back", async () => {
    const { nats, a, b } = await twoServers();
    const bucket = await a.bucket("things", { schema: Numbered });
    await bucket.create("k", { number: 1 });
    await nats.freeze();
    await expect(bucket.get("k")).rejects.toMatchObject({ code: "CLUSTER_UNAVAILABLE" });
    await asleep(a, b);
    await nats.thaw();
    await awake(a, b);
    await eventually(async () => expect(await bucket.get("k")).toMatchObject({ value: { number: 1 } }));
  });

  test("and loses its disk: what went is told, revisions go on growing, and old ones fit nothing", async () => {
    const { nats, under, a, b } = await twoServers();
    const [inA, inB] = [await a.bucket("things", { schema: Numbered }), await b.bucket("things", { schema: Numbered })];
    const old = (await inA.create("k", { number: 1 }))!;
    const changes: string[] = [];
    await inB.watch(({ type, key }) => void changes.push(`${key} ${type}`), testScope());
    await nats.stop("SIGKILL");
    await nats.wipe();
    await nats.start();
    await awake(a, b);
    await eventually(() => expect(changes).toEqual(["k present", "k gone"]), 10_000);
    expect(await inA.update("k", { number: 2 }, old)).toBeUndefined();
    expect(await inA.delete("k", old)).toBe(false);
    expect(await inA.create("k", { number: 3 })).toBeGreaterThan(old);
    await eventually(() => expect(changes).toEqual(["k present", "k gone", "k present"]));
    expect(under.lines()).toContain("NATS has lost this bucket");
  });

  test("what is deleted, or expires, while nobody can hear it is told afterwards", async () => {
    const { nats, a, b } = await twoServers();
    const lasting = await a.bucket("lasting", { schema: Numbered });
    const fading = await a.bucket("fading", { schema: Numbered, ttlMs: 1_000 });
    const seen = new Set<string>();
    for (const bucket of [lasting, await a.bucket("fading", { schema: Numbered, ttlMs: 1_000 })]) {
      await bucket.watch(({ type, key }) => void (type === "present" ? seen.add(key) : seen.delete(key)), testScope());
    }
    const revision = (await lasting.create("deleted", { number: 1 }))!;
    await lasting.create("stays", { number: 1 });
    await fading.create("expired", { number: 1 });
    await eventually(() => expect([...seen]).toEqual(["deleted", "stays", "expired"]));
    const inB = await b.bucket("lasting", { schema: Numbered });
    await nats.stop("SIGKILL");
    await asleep(a, b);
    const deleting = nats.start().then(async () => {
      await awake(b);
      return inB.delete("deleted", revision);
    });
    expect(await deleting).toBe(true);
    await eventually(() => expect([...seen]).toEqual(["stays"]), 10_000);
  });
});

test("a NATS that is not there, or that is none, is one sentence", async () => {
  const silent = await startNats(testScope());
  await silent.stop();
  const { join } = opener({ url: silent.url });
  await expect(join("a", testScope())).rejects.toThrow(/^NATS at 127\.0\.0\.1:\d+ can't be reached .*: start it with JetStream/);
});
