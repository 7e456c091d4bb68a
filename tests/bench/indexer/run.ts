// One core of an indexer with up to 100,000 nodes of the whole world: placements beside
// churn, heartbeats through the real registry, and what it all takes of memory.
//
// Round trips to the probe points are those of the simulated internet of `npm run simulate`.
//
// Real: the registry and its directory on the in-process cluster, the checks, the
// placement index, and for a sample of the heartbeats the parsing and the signature.
// Left out: sockets, and the players' side of a session.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import v8 from "node:v8";
import vm from "node:vm";
import { createLocalHub } from "@nearframe/server/cluster/adapters/local/local-hub";
import { joinLocalCluster } from "@nearframe/server/cluster/adapters/local/local-cluster";
import { createLog } from "@nearframe/server/log";
import { heartbeatMsFor } from "@nearframe/server/nodes/limits";
import { openNodes } from "@nearframe/server/nodes/open-nodes";
import { proveNumbered } from "@nearframe/server/nodes/proof";
import type { PlacementNeed } from "@nearframe/server/placement/need";
import { createPlacementIndex } from "@nearframe/server/placement/placement";
import { createProbePoints, type PlacedProbePoint } from "@nearframe/server/probing/probe-points";
import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { signedText } from "@nearframe/shared/node/identity";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { createWeightedDraw, readSimulatedCities, seededRandom } from "../../simulate/cities.ts";
import type { SimulatedCity } from "../../simulate/cities.ts";
import { createNetwork } from "../../simulate/network.ts";
import type { End } from "../../simulate/network.ts";
import { NODE_ACCESS, PLAYER_ACCESS } from "../../simulate/world.ts";
import { percentiles, rounded } from "../rows.ts";
import type { BenchRow } from "../rows.ts";
import { createSimulatedNodes, drawTitle } from "./simulated-nodes.ts";

const SIZES = [1_000, 3_000, 10_000, 30_000, 100_000];
const PLACEMENTS = 6_000;
/** Compiled and cached by then; not counted. */
const WARM_UP = 1_000;
/** Sessions that play at once, of all slots: the first placements fill the network so far. */
const BUSY_SHARE = 0.5;
/** One node in so many placements goes away or comes back: at 2,000 placements a second 10 a second, of 100,000 every three hours. */
const CHURN_EVERY = 200;
const PROBE_POINTS = 8;
const WARM_SHARE = 0.1;
/** Evening in Europe. */
const UTC_HOUR = 20;

export async function runIndexerBench(): Promise<BenchRow[]> {
  const cities = await readSimulatedCities();
  const rows: BenchRow[] = [];
  const heartbeatUs = measureSignedHeartbeats();
  for (const size of SIZES) rows.push(...(await measureNetwork(cities, size, heartbeatUs)));
  rows.push({ name: "indexer: a heartbeat parsed, its signature checked", unit: "us", value: rounded(heartbeatUs), goal: null, met: null });
  return rows;
}

async function measureNetwork(cities: readonly SimulatedCity[], size: number, signedHeartbeatUs: number): Promise<BenchRow[]> {
  const random = seededRandom(size);
  const simulated = createSimulatedNodes(cities, size, random);
  const places = new Map(simulated.map(({ registration, location }) => [registration.address, location]));
  const network = createNetwork(cities, size);
  const points = network.hubs.slice(0, PROBE_POINTS).map((city): PlacedProbePoint & { city: SimulatedCity } => {
    const { latitude, longitude, country, name } = city;
    return { id: name, url: "https://example.org", place: { latitude, longitude, country, region: "", accuracyKm: 20 }, city };
  });
  const bytesBefore = bytesInUse();
  const scope = new Scope();
  const log = createLog("silent", process.stdout);
  const cluster = joinLocalCluster({ serverId: "server-1", hub: createLocalHub({ clock: systemClock, log }, scope), log }, scope);
  const index = createPlacementIndex();
  const nodes = await openNodes(
    {
      clock: systemClock,
      log,
      cluster,
      probePoints: createProbePoints(points, { serverId: "server-1" }),
      locate: ({ address, rttVector }) => ({ location: places.get(address ?? ""), rttVector }),
      events: {
        onLinked: () => undefined,
        onReported: () => undefined,
        onLost: () => undefined,
        onChanged: (record) => index.upsert(record),
        onGone: (nodeId) => index.delete(nodeId),
      },
    },
    scope,
  );
  const link = { send: () => undefined, close: () => undefined, answers: async () => true };

  const registerUs = microsecondsOf(() => {
    // As parsed from a message: nothing is shared between two nodes.
    for (const { registration } of simulated) nodes.register(link, structuredClone(registration));
  }) / size;
  // Every node has measured the probe points, and one in ten has a copy of some title started.
  for (const [id, { registration: { nodeId, inventory }, city }] of simulated.entries()) {
    const warmTitleIds = random() < WARM_SHARE ? inventory.titleIds.slice(0, 1) : [];
    nodes.heartbeat(nodeId, [], { rttVector: measurePoints(network.createEnd(id, city, NODE_ACCESS, random)), warmTitleIds });
  }
  await new Promise((resolve) => setTimeout(resolve, 200));
  const bytesPerNode = (bytesInUse() - bytesBefore) / size;

  const { shortlistMs, placedMs } = placeAndChurn();
  const heartbeatUs = microsecondsOf(() => {
    for (const { registration } of simulated) nodes.heartbeat(registration.nodeId, []);
  }) / size;
  const share = ((heartbeatUs + signedHeartbeatUs) * size) / (heartbeatMsFor(size) * 1_000);
  await scope.close("the bench is over");

  const most = size === SIZES.at(-1);
  const perSecond = rounded(1_000 / mean(shortlistMs));
  const p = percentiles(shortlistMs);
  const label = (what: string) => `indexer, ${size.toLocaleString("en")} nodes: ${what}`;
  return [
    { name: label("a placement"), unit: "ms", ...p, goal: most ? "p99 at most 5 ms" : null, met: most ? (p.p99 ?? Infinity) <= 5 : null },
    { name: label("placements on one core"), unit: "1/s", value: perSecond, goal: most ? "at least 2,000" : null, met: most ? perSecond >= 2_000 : null },
    { name: label("placed, slot taken, one freed, index told"), unit: "ms", ...percentiles(placedMs), goal: null, met: null },
    { name: label("a node registers, is checked and indexed"), unit: "us", value: rounded(registerUs), goal: null, met: null },
    { name: label("a heartbeat in the registry"), unit: "us", value: rounded(heartbeatUs), goal: null, met: null },
    { name: label(`all heartbeats, one each ${heartbeatMsFor(size) / 1_000} s, of one core`), unit: "%", value: rounded(share * 100), goal: most ? "at most 50 %" : null, met: most ? share <= 0.5 : null },
    { name: label("memory of a node"), unit: "KiB", value: rounded(bytesPerNode / 1_024), goal: null, met: null },
    { name: label("memory of all"), unit: "MiB", value: rounded((bytesPerNode * size) / 2 ** 20), goal: null, met: null },
  ];

  function placeAndChurn() {
    const drawCity = createWeightedDraw(cities, ({ population }) => population);
    const playing: { nodeId: string; sessionId: string }[] = [];
    const away = new Set<number>();
    const shortlistMs: number[] = [];
    const placedMs: number[] = [];
    fillUp();
    let found = 0;
    for (let n = 0; n < PLACEMENTS + WARM_UP; n++) {
      if (n % CHURN_EVERY === 0) churn();
      const need = needOf(drawCity(random));
      const startedAt = performance.now();
      const result = index.shortlist(need, random);
      const shortlistedAt = performance.now();
      const chosen = result.type === "shortlist" ? result.candidates[0] : undefined;
      if (chosen) {
        found++;
        take(chosen.nodeId, `s-${n}`);
        const ended = playing.splice(Math.floor(random() * playing.length), 1)[0];
        if (ended) nodes.releaseSlot(ended.nodeId, ended.sessionId);
      }
      if (n < WARM_UP) continue;
      shortlistMs.push(shortlistedAt - startedAt);
      placedMs.push(performance.now() - startedAt);
    }
    if (found < PLACEMENTS / 2) throw new Error(`only ${found} of ${PLACEMENTS} requests found a node; the simulated network is too small`);
    return { shortlistMs, placedMs };

    function take(nodeId: string, sessionId: string): void {
      nodes.takeSlot(nodeId, sessionId);
      playing.push({ nodeId, sessionId });
    }

    function fillUp(): void {
      for (const { registration } of simulated) {
        const { nodeId, inventory } = registration;
        for (let slot = 0; slot < inventory.capacity.slots; slot++) if (random() < BUSY_SHARE) take(nodeId, `f-${nodeId}-${slot}`);
      }
    }

    function churn(): void {
      const at = Math.floor(random() * size);
      const node = simulated[at];
      if (!node) return;
      if (away.delete(at)) nodes.register(link, structuredClone(node.registration));
      else {
        away.add(at);
        nodes.unlink(node.registration.nodeId, link);
      }
    }
  }

  function needOf(city: SimulatedCity): PlacementNeed {
    return {
      titleId: drawTitle(random),
      runtime: "native",
      resources: { cpuCores: 1, memoryMb: 600, gpu: random() < 0.1 },
      stream: { width: 1280, height: 720, fps: 60, bitrateKbps: 12_000 },
      policy: random() < 0.5 ? "overall" : random() < 0.6 ? "best-experience" : "lowest-fee",
      latencyLimitMs: random() < 0.8 ? 40 : 80,
      ...(random() < 0.1 && { countriesDenied: ["KP", "SY"] }),
      location: { latitude: city.latitude, longitude: city.longitude, country: city.country, region: "", accuracyKm: random() < 0.5 ? 50 : 300 },
      // A page that was opened to play has measured nothing yet.
      ...(random() < 0.5 && { rttVector: measurePoints(network.createEnd(size + Math.floor(random() * 1e6), city, PLAYER_ACCESS, random)) }),
    };
  }

  function measurePoints(end: End): Record<string, number> {
    return Object.fromEntries(points.map(({ id, city }) => [id, network.hubRttMs(end, city, UTC_HOUR)]));
  }
}

/** Of the door's work on a heartbeat: text to message, and whether the node's key signed it. */
function measureSignedHeartbeats(): number {
  const nonce = randomBytes(24).toString("base64url");
  const links = Array.from({ length: 200 }, () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    return { proof: { key: publicKey, nonce, number: 0 }, privateKey };
  });
  const texts = Array.from({ length: 10 }, (_, round) => links.map(({ privateKey }) => heartbeatText(privateKey, nonce, round + 1)));
  const rounds = texts.map((round) =>
    microsecondsOf(() => {
      for (const [index, text] of round.entries()) {
        const message = parseMessage(NodeToServer, text);
        const proof = links[index]?.proof;
        if (!proof || !message.ok || message.value.type !== "node.heartbeat" || proveNumbered(message.value, proof)) {
          throw new Error("a heartbeat of the benchmark was refused");
        }
      }
    }) / links.length,
  );
  return mean(rounds.slice(2));
}

function heartbeatText(key: KeyObject, nonce: string, number: number): string {
  const sessions = [{ sessionId: "0f0c1a52-6c2e-4b0e-9f9c-000000000001", epoch: 12, use: "rendering" }];
  const said = { type: "node.heartbeat", nonce, number, sessions };
  return JSON.stringify({ ...said, signature: sign(null, Buffer.from(signedText(said)), key).toString("base64url") });
}

/** CPU time of all threads: "one core" then means one, whatever else the machine does. */
function microsecondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function bytesInUse(): number {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
