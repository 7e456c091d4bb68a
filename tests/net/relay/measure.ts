// What the relay itself costs: how late packets leave, and its share of a core.
//
//   node tests/net/relay/measure.ts
//
// A video-like load (60 bursts a second, 20 Mbit/s) through the "steady" network.

import dgram from "node:dgram";
import { setInterval, setTimeout } from "node:timers/promises";
import { Scope } from "@nearframe/shared/lifetime";
import { loadProfile } from "../profiles.ts";
import { createRelay } from "./relay.ts";

export type RelayCost = {
  packetsPerSecond: number;
  lateP50Ms: number;
  lateP95Ms: number;
  lateMaxMs: number;
  /** Of one core, sender and receiver included. */
  cpuPercent: number;
};

const FRAME_MS = 1_000 / 60;
const PACKETS_PER_FRAME = 33;
const PAYLOAD_BYTES = 1_200;

export async function measureRelay(durationMs: number): Promise<RelayCost> {
  await using scope = new Scope();
  const target = scope.own(dgram.createSocket("udp4"), (socket) => void socket.close());
  const client = scope.own(dgram.createSocket("udp4"), (socket) => void socket.close());
  await new Promise<void>((listening) => target.bind(0, "127.0.0.1", listening));
  const relay = await createRelay(
    {
      listen: { host: "127.0.0.1", port: 0 },
      target: { host: "127.0.0.1", port: target.address().port },
      // The load goes up, so the downstream's conditions are what it should meet.
      profile: { ...(await loadProfile("steady")), up: (await loadProfile("steady")).down },
      seed: 1,
    },
    scope,
  );
  const cpuBefore = process.cpuUsage();
  const startedAtMs = performance.now();
  const payload = Buffer.alloc(PAYLOAD_BYTES);
  for await (const _ of setInterval(FRAME_MS)) {
    if (performance.now() - startedAtMs >= durationMs) break;
    for (let packet = 0; packet < PACKETS_PER_FRAME; packet++) client.send(payload, relay.address.port, "127.0.0.1");
  }
  const elapsedMs = performance.now() - startedAtMs;
  const cpu = process.cpuUsage(cpuBefore);
  await setTimeout(200);
  const { up, addedDelay } = relay.stats();
  return {
    packetsPerSecond: (up.packetsOut * 1_000) / elapsedMs,
    lateP50Ms: addedDelay.p50Ms,
    lateP95Ms: addedDelay.p95Ms,
    lateMaxMs: addedDelay.maxMs,
    cpuPercent: (cpu.user + cpu.system) / 10 / elapsedMs,
  };
}

if (import.meta.main) console.log(await measureRelay(10_000));
