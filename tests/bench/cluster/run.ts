// What servers cost each other: a message's way, a decision by compare-and-set, a
// lease, a session's row. Alone in one process, and on nats-server and PostgreSQL of
// this same machine, which share its cores with the measurement.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import * as z from "zod/mini";
import { joinLocalCluster } from "@nearframe/server/cluster/adapters/local/local-cluster";
import { createLocalHub } from "@nearframe/server/cluster/adapters/local/local-hub";
import { openNatsCluster } from "@nearframe/server/cluster/adapters/nats/nats-cluster";
import type { Cluster } from "@nearframe/server/cluster/ports";
import { openLeases } from "@nearframe/server/leases/leases";
import { createLog } from "@nearframe/server/log";
import { openPostgresDatabase } from "@nearframe/server/store/adapters/postgres/postgres-database";
import type { SessionRecord } from "@nearframe/server/store/ports";
import { openSqlStore } from "@nearframe/server/store/sql-store";
import { startNats } from "@nearframe/server/testing/services/start-nats";
import { startPostgres } from "@nearframe/server/testing/services/start-postgres";
import { percentiles, rounded } from "../rows.ts";
import type { BenchRow } from "../rows.ts";

const MESSAGES = 5_000;
const WRITES = 2_000;
/** As many at once as a busy server has under way. */
const WRITERS = 50;
const LEASES = 1_000;
const WARM_UP = 200;

const log = createLog("silent", process.stdout);
const Sent = z.object({ sentAtMs: z.number(), padding: z.string() });
/** What an offer or a signal has. */
const PADDING = "x".repeat(1_500);

export async function runClusterBench(): Promise<BenchRow[]> {
  const scope = new Scope();
  try {
    const hub = createLocalHub({ clock: systemClock, log }, scope);
    const joinLocal = async (serverId: string) => joinLocalCluster({ serverId, hub, log }, scope);
    const nats = await startNats(scope);
    const joinNats = (serverId: string) => openNatsCluster({ serverId, url: nats.url, replicas: 1, namespace: "bench" }, log, scope);
    return [
      ...(await measureCluster("in process", joinLocal, scope)),
      ...(await measureCluster("NATS", joinNats, scope)),
      ...(await measureStore(scope)),
    ];
  } finally {
    await scope.close();
  }
}

async function measureCluster(name: string, join: (serverId: string) => Promise<Cluster>, scope: Scope): Promise<BenchRow[]> {
  const [a, b] = [await join("a"), await join("b")];
  return [...(await measureMessages(name, a, b, scope)), ...(await measureWrites(name, a)), ...(await measureLeases(name, a, scope))];
}

/** One message at a time, from one server's publish to the other's handler. */
async function measureMessages(name: string, from: Cluster, to: Cluster, scope: Scope): Promise<BenchRow[]> {
  const tookMs: number[] = [];
  let heard = () => {};
  await to.bus.subscribe("bench", Sent, ({ sentAtMs }) => {
    tookMs.push(performance.now() - sentAtMs);
    heard();
  }, scope);
  for (let count = 0; count < WARM_UP + MESSAGES; count++) {
    const arrived = new Promise<void>((resolve) => (heard = resolve));
    from.bus.publish("bench", { sentAtMs: performance.now(), padding: PADDING });
    await arrived;
  }
  return [{ name: `cluster: a message between servers, ${name}`, unit: "ms", ...percentiles(tookMs.slice(WARM_UP)), goal: null, met: null }];
}

async function measureWrites(name: string, cluster: Cluster): Promise<BenchRow[]> {
  const bucket = await cluster.bucket("bench", { schema: z.object({ number: z.int() }) });
  const tookMs: number[] = [];
  let revision = (await bucket.create("key", { number: 0 })) ?? 0;
  for (let number = 0; number < WARM_UP + WRITES; number++) {
    const beganMs = performance.now();
    revision = (await bucket.update("key", { number }, revision)) ?? 0;
    tookMs.push(performance.now() - beganMs);
  }
  const beganMs = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      let mine = (await bucket.create(`key-${writer}`, { number: 0 })) ?? 0;
      for (let number = 1; number < WRITES / WRITERS; number++) mine = (await bucket.update(`key-${writer}`, { number }, mine)) ?? 0;
    }),
  );
  const perSecond = (WRITES / (performance.now() - beganMs)) * 1_000;
  return [
    { name: `cluster: a compare-and-set, ${name}`, unit: "ms", ...percentiles(tookMs.slice(WARM_UP)), goal: null, met: null },
    { name: `cluster: compare-and-sets a second, ${WRITERS} at once, ${name}`, unit: "1/s", value: rounded(perSecond), goal: null, met: null },
  ];
}

async function measureLeases(name: string, cluster: Cluster, scope: Scope): Promise<BenchRow[]> {
  const events = { onLost: () => {}, onChanged: () => {} };
  const leases = await openLeases({ cluster, clock: systemClock, log, random: Math.random, events }, scope);
  const tookMs: number[] = [];
  for (let count = 0; count < WARM_UP + LEASES; count++) {
    const beganMs = performance.now();
    const lease = await leases.takeSlot(`node-${count % 100}`, 4, `session-${count}`);
    tookMs.push(performance.now() - beganMs);
    if (lease) leases.release(lease);
  }
  return [{ name: `cluster: a slot taken, ${name}`, unit: "ms", ...percentiles(tookMs.slice(WARM_UP)), goal: null, met: null }];
}

async function measureStore(scope: Scope): Promise<BenchRow[]> {
  const postgres = await startPostgres(scope);
  const store = await openSqlStore(await openPostgresDatabase({ url: await postgres.createDatabase() }, log, scope));
  const device: Device = { screen: { width: 360, height: 640, pixelRatio: 3 }, touch: true, rtpCapabilities: { codecs: [] } };
  const save = (id: string): Promise<void> => {
    const state = "queued";
    const record: SessionRecord = {
      id,
      playerId: `player-${id}`,
      titleId: "freedoom",
      device,
      state,
      lease: undefined,
      requestedAtMs: Date.now(),
      played: undefined,
      end: undefined,
      term: 1,
    };
    return store.saveSession(record, [{ sessionId: id, ordinal: 0, atMs: Date.now(), event: "requested", state }]);
  };
  const tookMs: number[] = [];
  for (let count = 0; count < WARM_UP + WRITES / 2; count++) {
    const beganMs = performance.now();
    await save(`one-${count}`);
    tookMs.push(performance.now() - beganMs);
  }
  const beganMs = performance.now();
  await Promise.all(Array.from({ length: WRITERS }, async (_, writer) => {
    for (let count = 0; count < WRITES / WRITERS; count++) await save(`${writer}-${count}`);
  }));
  const perSecond = (WRITES / (performance.now() - beganMs)) * 1_000;
  return [
    { name: "store: a session saved, PostgreSQL without fsync", unit: "ms", ...percentiles(tookMs.slice(WARM_UP)), goal: null, met: null },
    { name: `store: sessions saved a second, ${WRITERS} at once, PostgreSQL without fsync`, unit: "1/s", value: rounded(perSecond), goal: null, met: null },
  ];
}
