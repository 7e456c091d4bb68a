// Real cities with their people, from the package city-timezones: where players live
// and hosts stand. Drawn in proportion to population.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as z from "zod/mini";

export type SimulatedCity = {
  name: string;
  country: string;
  latitude: number;
  longitude: number;
  population: number;
  timeZone: string;
};

const Entries = z.array(
  z.object({ city: z.string(), lat: z.number(), lng: z.number(), pop: z.number(), iso2: z.unknown(), timezone: z.nullable(z.string()) }),
);

export async function readSimulatedCities(): Promise<SimulatedCity[]> {
  const file = createRequire(import.meta.url).resolve("city-timezones/data/cityMap.json");
  return z.parse(Entries, JSON.parse(await readFile(file, "utf8"))).flatMap(({ city, lat, lng, pop, iso2, timezone }) =>
    pop > 0 && timezone !== null && typeof iso2 === "string" && /^[A-Z]{2}$/.test(iso2)
      ? [{ name: city, country: iso2, latitude: lat, longitude: lng, population: pop, timeZone: timezone }]
      : [],
  );
}

/** A draw in proportion to a weight. */
export function createWeightedDraw<T>(items: readonly T[], weightOf: (item: T) => number): (random: () => number) => T {
  const sums: number[] = [];
  let total = 0;
  for (const item of items) sums.push((total += weightOf(item)));
  return (random) => {
    const at = random() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const item = items[low];
    if (item === undefined) throw new Error("nothing to draw from");
    return item;
  };
}

/** Box and Muller. */
export const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
