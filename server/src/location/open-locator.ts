// The locator with its packaged data: 8 MB of addresses, and what was made of a list of cities.

import { readCities } from "./adapters/city-timezones/city-list.ts";
import { openMmdbAddresses } from "./adapters/mmdb/mmdb-addresses.ts";
import { createLocator } from "./locate.ts";
import type { Location } from "./location.ts";
import { summariseSettlements } from "./settlements.ts";
import { createCanonicalZone } from "./time-zones.ts";

export type LocatorOptions = {
  /** A MaxMind DB file of cities, such as GeoLite2-City or DB-IP's; left out, countries are told. */
  databaseFile?: string;
  serverLocation?: Location;
};

export async function openLocator({ databaseFile, serverLocation }: LocatorOptions = {}) {
  const [addresses, cities] = await Promise.all([openMmdbAddresses(databaseFile), readCities()]);
  const settlements = summariseSettlements(cities, createCanonicalZone());
  return createLocator({ addresses, settlements, ...(serverLocation && { serverLocation }) });
}
