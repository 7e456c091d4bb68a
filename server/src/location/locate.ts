// Where a player or a node is, from the address that it comes from, the time zone that
// its browser tells, and what was measured.
//
// The address decides the country: it is where the network begins, and what laws go by.
// The time zone says which part of a large country. Where the two contradict each other
// (a traveller, a VPN) the address is kept, because media takes the network's way, and
// nothing is narrowed. Round trips bound all of it (bound-by-measurements.ts).

import ipaddr from "ipaddr.js";
import { boundByMeasurements } from "./bound-by-measurements.ts";
import type { Anchor } from "./bound-by-measurements.ts";
import type { Location } from "./location.ts";
import type { AddressDatabase, AddressEntry } from "./ports.ts";
import type { Settlements } from "./settlements.ts";

/** What a location was made from. */
export type LocationBasis = "city" | "country-and-zone" | "country" | "zone" | "server" | "unknown";
export type Located = { readonly location: Location | undefined; readonly basis: LocationBasis };

export type Evidence = {
  readonly address: string;
  /** IANA name, as the player's browser tells it. */
  readonly timeZone?: string;
  /** Round trips to places that are known, such as the server itself. */
  readonly anchors?: readonly Anchor[];
};

export type Locator = ReturnType<typeof createLocator>;

type Ports = {
  addresses: AddressDatabase;
  settlements: Settlements;
  /** Where this server stands, if its operator said so: whoever comes from a private address is near it. */
  serverLocation?: Location;
};

export function createLocator({ addresses, settlements, serverLocation }: Ports) {
  function locate({ address, timeZone, anchors = [] }: Evidence): Located {
    const found = isPublicAddress(address) ? byAddress(addresses.find(address), timeZone) : nearServer(timeZone);
    const location = boundByMeasurements(found.location, anchors);
    return { location, basis: location ? found.basis : "unknown" };
  }

  function byAddress(entry: AddressEntry | undefined, timeZone: string | undefined): Located {
    if (!entry || entry.country === "") return byZone(timeZone);
    const { country, region, point } = entry;
    if (point) return { location: { ...point, country, region }, basis: "city" };
    const part = timeZone === undefined ? undefined : settlements.ofCountryAndZone(country, timeZone);
    if (part) return { location: { ...part, country, region }, basis: "country-and-zone" };
    const whole = settlements.ofCountry(country);
    return { location: whole && { ...whole, country, region }, basis: whole ? "country" : "unknown" };
  }

  /** An address of no country: the server's own network, or a proxy's that hides the player's. */
  function nearServer(timeZone: string | undefined): Located {
    return serverLocation ? { location: serverLocation, basis: "server" } : byZone(timeZone);
  }

  function byZone(timeZone: string | undefined): Located {
    const location = timeZone === undefined ? undefined : settlements.ofZone(timeZone);
    // Nobody's word on a time zone proves a country.
    return { location: location && { ...location, country: "" }, basis: location ? "zone" : "unknown" };
  }

  return { locate };
}

/** Whether an address is anybody's in particular in the world: not private, loopback, link-local, shared or reserved. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === "unicast";
}
