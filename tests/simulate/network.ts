// A model of the internet between a player and a node: fibre that is longer than the
// great circle, providers that meet only far away, access lines, and the evening.
//
// Every number here is an assumption (docs/placement.md lists them); all of it is drawn
// from hashes, so that the same pair has the same path whoever asks and in whatever order.

import { distanceKm } from "@nearframe/server/location/location";
import { rttMsMin } from "@nearframe/server/location/light-speed";
import { seededRandom } from "./cities.ts";
import type { SimulatedCity } from "./cities.ts";

export type Access = "fibre" | "cable" | "dsl" | "mobile" | "datacentre";

/** A place on the network: whose line, in which city. */
export type End = {
  readonly id: number;
  readonly city: SimulatedCity;
  /** Country and number of the provider. */
  readonly provider: string;
  readonly access: Access;
  readonly accessRttMs: number;
};

/** Round trip to the provider's first router, and what the busiest hour adds on average. */
export const ACCESS: Readonly<Record<Access, { rttMs: readonly [number, number]; eveningMs: number }>> = {
  fibre: { rttMs: [1.5, 4], eveningMs: 1 },
  cable: { rttMs: [6, 12], eveningMs: 6 },
  dsl: { rttMs: [10, 22], eveningMs: 3 },
  mobile: { rttMs: [15, 40], eveningMs: 10 },
  datacentre: { rttMs: [0.3, 1], eveningMs: 0.5 },
};

/** Of two providers, the chance that they exchange traffic near both. */
const PEERING_SAME_COUNTRY = 0.8;
const PEERING_ABROAD = 0.6;
const STRETCH_MIN = 1.25;
const STRETCH_SPREAD = 0.45;
/** Long-haul routes run straighter than those across a country. */
const TRANSIT_STRETCH = 1.35;

const HUB_NAMES = [
  "Frankfurt/DE", "London/GB", "Amsterdam/NL", "Paris/FR", "Madrid/ES", "Marseille/FR", "Stockholm/SE", "Warsaw/PL", "Moscow/RU", "Istanbul/TR",
  "New York/US", "Washington, D.C./US", "Miami/US", "Dallas/US", "Chicago/US", "Los Angeles/US", "Seattle/US", "São Paulo/BR", "Buenos Aires/AR",
  "Singapore/SG", "Hong Kong/HK", "Tokyo/JP", "Seoul/KR", "Mumbai/IN", "Dubai/AE", "Johannesburg/ZA", "Lagos/NG", "Nairobi/KE", "Sydney/AU",
];

export type Network = ReturnType<typeof createNetwork>;

export function createNetwork(cities: readonly SimulatedCity[], seed: number) {
  const hubs = HUB_NAMES.flatMap((name) => {
    const [city, country] = name.split("/");
    return cities.find((one) => one.name === city && one.country === country) ?? [];
  });
  if (hubs.length < HUB_NAMES.length - 4) throw new Error(`only ${hubs.length} of the exchange cities are in the list of cities`);
  const hubOfProvider = new Map<string, SimulatedCity>();
  const nearestHubs = new Map<SimulatedCity, SimulatedCity[]>();

  /** Of a country's largest city, the first, second or third nearest exchange: some providers buy transit far away. */
  function transitHub(end: End): SimulatedCity {
    const known = hubOfProvider.get(end.provider);
    if (known) return known;
    const [country, number] = end.provider.split("#");
    const capital = cities.reduce<SimulatedCity | undefined>(
      (largest, city) => (city.country === country && (!largest || city.population > largest.population) ? city : largest),
      undefined,
    );
    const hub = hubsNear(capital ?? end.city)[Number(number)] ?? end.city;
    hubOfProvider.set(end.provider, hub);
    return hub;
  }

  function hubsNear(city: SimulatedCity): SimulatedCity[] {
    let sorted = nearestHubs.get(city);
    if (!sorted) nearestHubs.set(city, (sorted = hubs.toSorted((a, b) => distanceKm(city, a) - distanceKm(city, b))));
    return sorted;
  }

  function peer(a: End, b: End): boolean {
    if (a.provider === b.provider) return true;
    const [first, second] = a.provider < b.provider ? [a.provider, b.provider] : [b.provider, a.provider];
    const sameCountry = first.split("#")[0] === second.split("#")[0];
    return hash(`${seed} ${first} ${second}`) < (sameCountry ? PEERING_SAME_COUNTRY : PEERING_ABROAD);
  }

  /** Between the two providers' edges, without either access line. */
  function backboneRttMs(a: End, b: End): number {
    const km = distanceKm(a.city, b.city);
    const stretch = STRETCH_MIN + STRETCH_SPREAD * (-Math.log(1 - hash(`${seed} ${pairOf(a.city, b.city)}`)) * 0.7);
    const direct = rttMsMin(km) * Math.min(3, stretch) + 0.5;
    if (peer(a, b)) return direct;
    // They meet where one of them buys transit, whichever is less of a detour.
    const over = (hub: SimulatedCity): number => (rttMsMin(distanceKm(a.city, hub)) + rttMsMin(distanceKm(hub, b.city))) * TRANSIT_STRETCH + 1.5;
    return Math.max(direct, Math.min(over(transitHub(a)), over(transitHub(b))));
  }

  /** Of a line at this hour of the world: most in the local evening. */
  function eveningMs(end: End, utcHour: number): number {
    const localHour = (utcHour + end.city.longitude / 15 + 24) % 24;
    const busy = Math.max(0, 1 - Math.abs(localHour - 21) / 4);
    return ACCESS[end.access].eveningMs * busy * (0.5 + hash(`${seed} line ${end.id}`));
  }

  const rttMs = (a: End, b: End, utcHour: number): number =>
    backboneRttMs(a, b) + a.accessRttMs + b.accessRttMs + eveningMs(a, utcHour) + eveningMs(b, utcHour);

  /** To an exchange, which every provider reaches on its own network. */
  function hubRttMs(end: End, hub: SimulatedCity, utcHour: number): number {
    const stretch = STRETCH_MIN + STRETCH_SPREAD * 0.5 * (1 + hash(`${seed} ${pairOf(end.city, hub)}`));
    return rttMsMin(distanceKm(end.city, hub)) * stretch + 0.5 + end.accessRttMs + eveningMs(end, utcHour);
  }

  function createEnd(id: number, city: SimulatedCity, accesses: readonly (readonly [Access, number])[], random: () => number): End {
    let left = random();
    const access = accesses.find(([, share]) => (left -= share) < 0)?.[0] ?? accesses[0]?.[0] ?? "cable";
    const [least, most] = ACCESS[access].rttMs;
    return { id, city, provider: `${city.country}#${Math.floor(random() * 3)}`, access, accessRttMs: least + (most - least) * random() };
  }

  return { hubs, hubsNear, rttMs, hubRttMs, createEnd };
}

const pairOf = (a: SimulatedCity, b: SimulatedCity): string => {
  const [first, second] = [`${a.name}${a.latitude}`, `${b.name}${b.latitude}`].toSorted();
  return `${first} ${second}`;
};

/** From 0 to below 1, alike for the same text. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return seededRandom(value)();
}
