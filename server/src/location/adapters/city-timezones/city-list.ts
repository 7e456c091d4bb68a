// The cities of the world with their people and time zones, from the package
// city-timezones. Its file is read once and let go: what is kept is what is made of it.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as z from "zod/mini";
import type { City } from "../../settlements.ts";

const FILE = "city-timezones/data/cityMap.json";

const Entries = z.array(
  z.object({
    lat: z.number(),
    lng: z.number(),
    pop: z.number(),
    /** Numbers and null stand for places whose country is disputed. */
    iso2: z.unknown(),
    timezone: z.nullable(z.string()),
  }),
);

export async function readCities(): Promise<City[]> {
  const entries = z.parse(Entries, JSON.parse(await readFile(createRequire(import.meta.url).resolve(FILE), "utf8")));
  return entries.flatMap(({ lat, lng, pop, iso2, timezone }) =>
    pop > 0 && timezone !== null && typeof iso2 === "string" && /^[A-Z]{2}$/.test(iso2) ? [{ latitude: lat, longitude: lng, population: pop, country: iso2, timeZone: timezone }] : [],
  );
}
