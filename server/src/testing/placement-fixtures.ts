// Node records and needs to place with: a plain one of each, changed by what a test is about.

import type { Location } from "../location/location.ts";
import { NEW_HOST_RECORD } from "../nodes/node-record.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import type { PlacementNeed } from "../placement/need.ts";

export const place = (latitude: number, longitude: number, country = "", region = "", accuracyKm = 0): Location => ({
  latitude,
  longitude,
  accuracyKm,
  country,
  region,
});

export const PARIS = place(48.86, 2.35, "FR");
export const LONDON = place(51.51, -0.13, "GB");
export const BERLIN = place(52.52, 13.4, "DE");
export const MADRID = place(40.42, -3.7, "ES");
export const TOKYO = place(35.68, 139.69, "JP");

export function nodeRecord(nodeId: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  return {
    nodeId,
    publicKey: "",
    name: nodeId,
    state: "standby",
    homeServerId: "server-1",
    address: "203.0.113.7",
    location: PARIS,
    runtimes: ["native", "web"],
    titleIds: ["doom"],
    canFetch: false,
    hardware: { cpuModel: "test", cpuCores: 8, memoryMb: 16_384 },
    encoders: [],
    slots: 2,
    slotsFree: 2,
    feePerHourMicros: 100_000,
    record: { ...NEW_HOST_RECORD, sessionsEnded: 500, sessionsLast7Days: 100, captureEncodeMs: 8 },
    rttVector: {},
    trusted: true,
    ...changes,
  };
}

export function placementNeed(changes: Partial<PlacementNeed> = {}): PlacementNeed {
  return {
    titleId: "doom",
    runtime: "native",
    resources: { cpuCores: 1, memoryMb: 512, gpu: false },
    policy: "overall",
    latencyLimitMs: 40,
    location: PARIS,
    ...changes,
  };
}
