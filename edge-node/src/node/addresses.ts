// Which addresses media listens on. Pure.

import type { NetworkInterfaceInfo } from "node:os";

export type MediaAddress = { ip: string; announcedAddress?: string };

/**
 * Every address of this machine that a player may reach. Loopback is among them
 * only when the server is on this machine too, as then players may be.
 * With `announcedAddress` (NAT), the machine listens everywhere and tells that one.
 */
export function mediaAddresses(
  interfaces: Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>,
  announcedAddress: string | undefined,
  serverIsLocal: boolean,
): MediaAddress[] {
  const loopback: MediaAddress[] = serverIsLocal ? [{ ip: "127.0.0.1" }] : [];
  const own = Object.values(interfaces)
    .flatMap((infos) => infos ?? [])
    // Link-local addresses need a scope that ICE candidates don't carry.
    .filter((info) => !info.internal && !info.address.startsWith("fe80:") && !info.address.startsWith("169.254."))
    .map(({ address }) => ({ ip: address }));
  if (announcedAddress !== undefined) return [{ ip: "0.0.0.0", announcedAddress }];
  return own.length + loopback.length > 0 ? [...own, ...loopback] : [{ ip: "127.0.0.1" }];
}

export function isLocal(serverUrl: string): boolean {
  const { hostname } = new URL(serverUrl);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
