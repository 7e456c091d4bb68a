// Sends a browser's media through a relay: what the node says of its address,
// with the relay's in its place.

import type { Endpoint } from "./flow.ts";

/** The part of mediasoup's ICE candidate that matters here. */
export type Candidate = { protocol: string; ip: string; address: string; port: number };

/**
 * TCP candidates are left out: they would go round the relay. To the node, the
 * player's address becomes the relay's; an ICE-lite agent learns it from the
 * first check and needs no word about it.
 */
export function throughRelay<C extends Candidate>(candidates: readonly C[], relay: Endpoint): C[] {
  return candidates
    .filter((candidate) => candidate.protocol === "udp")
    .map((candidate) => ({ ...candidate, ip: relay.host, address: relay.host, port: relay.port }));
}
