// Where the people of a country or of a time zone live: a centre by population, and a
// circle around it that holds nine tenths of them. It is what an address's country, or
// a browser's time zone, says about a player's place.

import { distanceKm } from "./location.ts";
import type { Location } from "./location.ts";

export type City = {
  readonly latitude: number;
  readonly longitude: number;
  readonly population: number;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA name. */
  readonly timeZone: string;
};

export type Settlements = {
  ofCountry(country: string): Location | undefined;
  /** The part of a country that keeps this time; undefined where nobody of the country does. */
  ofCountryAndZone(country: string, timeZone: string): Location | undefined;
  /** Of whatever country; the country is empty where more than one keeps this time. */
  ofZone(timeZone: string): Location | undefined;
};

/** Nobody's home is known better by this means. */
const ACCURACY_KM_MIN = 25;
const HELD_SHARE = 0.9;

/** `canonicalZone` brings the names of a zone to one ("Asia/Calcutta", "Asia/Kolkata"), or is undefined for no zone at all. */
export function summariseSettlements(cities: readonly City[], canonicalZone: (timeZone: string) => string | undefined): Settlements {
  const byCountry = new Map<string, City[]>();
  const byZone = new Map<string, City[]>();
  const byBoth = new Map<string, City[]>();
  for (const city of cities) {
    push(byCountry, city.country, city);
    push(byZone, city.timeZone, city);
    push(byBoth, `${city.country}/${city.timeZone}`, city);
  }
  const countries = summariseAll(byCountry);
  const zones = summariseAll(byZone);
  const both = summariseAll(byBoth);
  /** Made when a name is asked for that no city has: asking for each zone's other name takes a while. */
  let namesHere: Map<string, string> | undefined;

  function nameHere(timeZone: string): string {
    if (zones.has(timeZone)) return timeZone;
    namesHere ??= new Map([...zones.keys()].map((name) => [canonicalZone(name) ?? name, name]));
    return namesHere.get(canonicalZone(timeZone) ?? "") ?? timeZone;
  }

  return {
    ofCountry: (country) => countries.get(country),
    ofCountryAndZone: (country, timeZone) => both.get(`${country}/${nameHere(timeZone)}`),
    ofZone: (timeZone) => zones.get(nameHere(timeZone)),
  };
}

const summariseAll = (groups: ReadonlyMap<string, readonly City[]>) =>
  new Map([...groups].map(([name, cities]) => [name, summarise(cities)]));

function summarise(cities: readonly City[]): Location {
  const centre = centreOf(cities);
  const countries = new Set(cities.map(({ country }) => country));
  const total = cities.reduce((sum, { population }) => sum + population, 0);
  const byDistance = cities
    .map((city) => ({ km: distanceKm(centre, city), population: city.population }))
    .toSorted((a, b) => a.km - b.km);
  let held = 0;
  const edge = byDistance.find(({ population }) => (held += population) >= total * HELD_SHARE);
  return {
    ...centre,
    accuracyKm: Math.max(ACCURACY_KM_MIN, edge?.km ?? 0),
    country: countries.size === 1 ? ([...countries][0] ?? "") : "",
    region: "",
  };
}

/** The mean of the points in space, brought back to the surface: right across the date line too. */
function centreOf(cities: readonly City[]): { latitude: number; longitude: number } {
  let x = 0;
  let y = 0;
  let z = 0;
  for (const { latitude, longitude, population } of cities) {
    const phi = (latitude * Math.PI) / 180;
    const lambda = (longitude * Math.PI) / 180;
    x += population * Math.cos(phi) * Math.cos(lambda);
    y += population * Math.cos(phi) * Math.sin(lambda);
    z += population * Math.sin(phi);
  }
  return { latitude: (Math.atan2(z, Math.hypot(x, y)) * 180) / Math.PI, longitude: (Math.atan2(y, x) * 180) / Math.PI };
}

function push(groups: Map<string, City[]>, name: string, city: City): void {
  const group = groups.get(name);
  if (group) group.push(city);
  else groups.set(name, [city]);
}
