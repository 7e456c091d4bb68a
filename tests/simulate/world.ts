// The players of a day and the nodes that wait for them, drawn over real cities.

import { boundByMeasurements } from "@nearframe/server/location/bound-by-measurements";
import type { Location } from "@nearframe/server/location/location";
import { summariseSettlements } from "@nearframe/server/location/settlements";
import type { Settlements } from "@nearframe/server/location/settlements";
import { createCanonicalZone } from "@nearframe/server/location/time-zones";
import type { NodeRecord } from "@nearframe/server/nodes/node-record";
import { createWeightedDraw, normal, seededRandom } from "./cities.ts";
import type { SimulatedCity } from "./cities.ts";
import { createNetwork } from "./network.ts";
import type { End, Network } from "./network.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

export type Player = { readonly end: End; readonly asksAtMs: number; readonly playsMs: number; readonly knowledge: Knowledge };
export type SimulatedNode = { readonly end: End; readonly slots: number; readonly record: NodeRecord; readonly cityRecord: NodeRecord };

/** What a server knows of a player before it has probed anything. */
export type Knowledge = {
  /** By the packaged data set: country and time zone, bounded by the probe points. */
  readonly location: Location;
  readonly rttVector: Readonly<Record<string, number>>;
  /** By a data set of cities. */
  readonly city: Location;
};

/** Players at home; nodes half in homes and half in small data centres. */
export const PLAYER_ACCESS = [["fibre", 0.35], ["cable", 0.35], ["dsl", 0.15], ["mobile", 0.15]] as const;
export const NODE_ACCESS = [["datacentre", 0.5], ["fibre", 0.4], ["cable", 0.1]] as const;

/** By local hour: when people play, as a share of the busiest hour. */
const HOURS = [0.4, 0.25, 0.15, 0.1, 0.08, 0.08, 0.1, 0.15, 0.22, 0.3, 0.36, 0.42, 0.48, 0.5, 0.52, 0.56, 0.62, 0.7, 0.8, 0.92, 1, 1, 0.85, 0.62];

/** Probe points that a player's connection is measured to: the servers that answer it first. */
const PLAYER_PROBE_POINTS = 3;
const NODE_PROBE_POINTS = 6;
const CITY_ACCURACY_KM = 50;

export type World = { network: Network; players: Player[]; nodes: SimulatedNode[] };

/** The first nodes of a larger world are those of a smaller one, and the players are the same. */
export function createWorld(cities: readonly SimulatedCity[], playerCount: number, nodeCount: number, seed: number): World {
  const network = createNetwork(cities, seed);
  const settlements = summariseSettlements(cities, createCanonicalZone());
  const drawCity = createWeightedDraw(cities, ({ population }) => population);
  const playerRandom = seededRandom(seed + 1);
  const players = Array.from({ length: playerCount }, (_, id) => createPlayer(id)).toSorted((a, b) => a.asksAtMs - b.asksAtMs);
  const nodeRandom = seededRandom(seed + 2);
  const nodes = Array.from({ length: nodeCount }, (_, id) => createNode(1e6 + id));
  return { network, players, nodes };

  function createPlayer(id: number): Player {
    const city = drawCity(playerRandom);
    const end = network.createEnd(id, city, PLAYER_ACCESS, playerRandom);
    const asksAtMs = drawTime(city, playerRandom);
    const playsMs = Math.exp(Math.log(18 * MINUTE_MS) + 0.9 * normal(playerRandom));
    const { location, vector } = know(end, network, settlements, asksAtMs / (60 * MINUTE_MS), PLAYER_PROBE_POINTS, "with-zone");
    return { end, asksAtMs, playsMs, knowledge: { location, rttVector: vector, city: cityLocation(city) } };
  }

  function createNode(id: number): SimulatedNode {
    const city = drawCity(nodeRandom);
    const end = network.createEnd(id, city, NODE_ACCESS, nodeRandom);
    const slots = end.access === "datacentre" ? 4 + Math.floor(nodeRandom() * 9) : 1 + Math.floor(nodeRandom() * 3);
    // Measured at night, when lines are free; the evening is what probing is for.
    const { location, vector } = know(end, network, settlements, (27 - city.longitude / 15) % 24, NODE_PROBE_POINTS, "country-only");
    const record: NodeRecord = {
      nodeId: `node-${id}`,
      publicKey: "",
      name: city.name,
      state: "standby",
      homeServerId: "server-1",
      // Providers of a country are told apart by their networks.
      address: `${1 + (hashOf(end.provider) % 200)}.${(hashOf(end.provider) >>> 8) % 250}.${id % 250}.1`,
      location,
      runtimes: ["native"],
      titleIds: ["doom"],
      canFetch: false,
      hardware: { cpuModel: "simulated", cpuCores: 8, memoryMb: 16_384 },
      encoders: [],
      slots,
      slotsFree: slots,
      feePerHourMicros: 100_000,
      record: { sessionsEnded: 300, sessionsFailedByHost: 3, sessionsLast7Days: 60, uptimeShare: 0.98, captureEncodeMs: 8 },
      rttVector: vector,
      trusted: false,
    };
    return { end, slots, record, cityRecord: { ...record, location: cityLocation(city) } };
  }
}

const cityLocation = ({ latitude, longitude, country }: SimulatedCity): Location => ({ latitude, longitude, country, region: "", accuracyKm: CITY_ACCURACY_KM });

/** Country and time zone as the packaged data has them, then what round trips to the nearest probe points rule out. */
function know(end: End, network: Network, settlements: Settlements, utcHour: number, points: number, zone: "with-zone" | "country-only") {
  const { city } = end;
  const country = settlements.ofCountry(city.country);
  const location = (zone === "with-zone" ? settlements.ofCountryAndZone(city.country, city.timeZone) : undefined) ?? country;
  if (!location) throw new Error(`nobody lives in ${city.country}`);
  const hubs = network.hubsNear(city).slice(0, points);
  const measured = hubs.map((hub) => ({ hub, rttMs: network.hubRttMs(end, hub, utcHour) }));
  const anchors = measured.map(({ hub, rttMs }) => ({ location: { ...cityLocation(hub), accuracyKm: 10 }, rttMs }));
  return {
    location: boundByMeasurements({ ...location, country: city.country }, anchors) ?? location,
    vector: Object.fromEntries(measured.map(({ hub, rttMs }) => [`${hub.name}`, rttMs])),
  };
}

function drawTime(city: SimulatedCity, random: () => number): number {
  for (;;) {
    const asksAtMs = random() * DAY_MS;
    const localHour = Math.floor((asksAtMs / (60 * MINUTE_MS) + city.longitude / 15 + 24) % 24);
    if (random() < (HOURS[localHour] ?? 0)) return asksAtMs;
  }
}

function hashOf(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index++) value = (Math.imul(value, 31) + text.charCodeAt(index)) >>> 0;
  return value;
}
