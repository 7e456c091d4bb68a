// The addresses at which people reach the server. Pure.

import type { NetworkInterfaceInfo } from "node:os";

export type Addresses = { here: string; network: string[] };

/** The network's addresses in IPv4 only: those are what a person types into a phone. */
export function listAddresses(
  port: number,
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
): Addresses {
  const network = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    .filter(({ family, internal, address }) => family === "IPv4" && !internal && !address.startsWith("169.254."))
    .map(({ address }) => `http://${address}:${port}`);
  return { here: `http://localhost:${port}`, network: [...new Set(network)] };
}
