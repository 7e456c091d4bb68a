// An AddressDatabase in a MaxMind DB file: the packaged one of countries, or one of
// cities that the operator has. Read into memory once (8 MB for the packaged one).
//
// Two layouts are in use: MaxMind's own, and the flat one of the ip-location-db packages.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Reader } from "mmdb-lib";
import ipaddr from "ipaddr.js";
import * as z from "zod/mini";
import type { AddressDatabase, AddressEntry } from "../../ports.ts";

const PACKAGED = "@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb";

/** What city data sets are taken to be off by where they don't say. */
const CITY_ACCURACY_KM = 50;

const Flat = z.object({
  country_code: z.string(),
  state1: z.optional(z.string()),
  latitude: z.optional(z.number()),
  longitude: z.optional(z.number()),
});
const MaxMind = z.object({
  country: z.object({ iso_code: z.string() }),
  subdivisions: z.optional(z.array(z.object({ names: z.record(z.string(), z.string()) }))),
  location: z.optional(z.object({ latitude: z.number(), longitude: z.number(), accuracy_radius: z.optional(z.number()) })),
});
type Point = { latitude: number; longitude: number; accuracyKm: number };

/** `file` left out: the packaged data set of countries. Fails with a sentence where the file is none. */
export async function openMmdbAddresses(file?: string): Promise<AddressDatabase> {
  const path = file ?? createRequire(import.meta.url).resolve(PACKAGED);
  let reader: Reader<Record<string, never>>;
  try {
    reader = new Reader(await readFile(path));
  } catch (error) {
    throw new Error(`${path} can't be read as a location database in MaxMind's format: ${(error as Error).message}`, { cause: error });
  }
  return {
    find(address) {
      if (!ipaddr.isValid(address)) return undefined;
      const raw: unknown = reader.get(ipaddr.process(address).toString());
      return raw === null ? undefined : parseEntry(raw);
    },
  };
}

/** Undefined for an entry that names no country. */
export function parseEntry(raw: unknown): AddressEntry | undefined {
  const flat = z.safeParse(Flat, raw);
  if (flat.success) {
    const { country_code, state1, latitude, longitude } = flat.data;
    return entry(country_code, state1, latitude !== undefined && longitude !== undefined ? { latitude, longitude, accuracyKm: CITY_ACCURACY_KM } : undefined);
  }
  const nested = z.safeParse(MaxMind, raw);
  if (!nested.success) return undefined;
  const { country, subdivisions, location } = nested.data;
  return entry(
    country.iso_code,
    subdivisions?.[0]?.names.en,
    location && { latitude: location.latitude, longitude: location.longitude, accuracyKm: location.accuracy_radius ?? CITY_ACCURACY_KM },
  );
}

function entry(country: string, region: string | undefined, point: Point | undefined): AddressEntry {
  return { country: country.toUpperCase(), region: region ?? "", ...(point && { point }) };
}
