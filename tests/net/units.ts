// Quantities as people type them: 5mbit, 200ms, 2%, 127.0.0.1:44444.

import type { Endpoint } from "./relay/flow.ts";

export class ImpairUsageError extends Error {
  readonly code = "IMPAIR_USAGE";
}

/** "40", "40ms", "1.5s". */
export function parseDurationMs(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? [];
  if (number === undefined) throw new ImpairUsageError(`"${text}" is not a time: write 40, 40ms or 1.5s`);
  return Number(number) * (unit === "s" ? 1_000 : 1);
}

/** "800kbit", "5mbit", "1gbit". A bare number would be anybody's guess. */
export function parseRateKbps(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(kbit|mbit|gbit)$/i.exec(text) ?? [];
  const factor = { kbit: 1, mbit: 1_000, gbit: 1_000_000 }[unit?.toLowerCase() ?? ""];
  if (number === undefined || factor === undefined || Number(number) === 0) {
    throw new ImpairUsageError(`"${text}" is not a rate: write 800kbit, 5mbit or 1gbit`);
  }
  return Number(number) * factor;
}

/** "2%", "0.5%". */
export function parseFraction(text: string): number {
  const [, number] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (number === undefined || Number(number) > 100) {
    throw new ImpairUsageError(`"${text}" is not a share: write 2% or 0.5%`);
  }
  return Number(number) / 100;
}

/** "HOST:PORT", "[::1]:PORT", or "PORT" where a host is given for it. */
export function parseEndpoint(text: string, defaultHost: string | undefined): Endpoint {
  const [, bracketed, plain, digits] = /^(?:(?:\[([^\]]+)\]|([^:]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? defaultHost;
  const port = Number(digits);
  if (digits === undefined || host === undefined || port > 65_535) {
    throw new ImpairUsageError(`"${text}" is not an address: write HOST:PORT${defaultHost ? " or PORT" : ""}`);
  }
  return { host, port };
}
