// The sockets of other processes, as this process's sessions see them: a peer like
// any other, whose messages go by the bus. A socket is gone when its home says so,
// or is gone itself.

import type { Bus } from "../cluster/ports.ts";
import type { PlayerPeer, PlayerPlace } from "./ports.ts";
import { peerSubject, type PeerName, type ToPeer } from "./owner-mail.ts";

/** What is known of its place comes anew with each of its words. */
type RemotePeer = Omit<PlayerPeer, "place"> & { place: PlayerPlace };

const placeOf = ({ address, timeZone, rttVector }: PeerName["place"]): PlayerPlace => ({ address, timeZone, ...(rttVector && { rttVector }) });

export type RemotePeers = ReturnType<typeof createRemotePeers>;

export function createRemotePeers({ bus, onClosed }: { bus: Pick<Bus, "publish">; onClosed(peer: PlayerPeer): void }) {
  /** By home, then by the peer's id there. */
  const homes = new Map<string, Map<string, RemotePeer>>();

  function peerOf({ homeId, peerId, playerId, tabId, place }: PeerName): PlayerPeer {
    const peers = homes.get(homeId) ?? new Map<string, RemotePeer>();
    homes.set(homeId, peers);
    const known = peers.get(peerId);
    if (known) {
      known.place = placeOf(place);
      return known;
    }
    const peer: RemotePeer = {
      playerId,
      tabId,
      place: placeOf(place),
      send: (message) => bus.publish(peerSubject(homeId), { peerId, message } satisfies ToPeer),
    };
    peers.set(peerId, peer);
    return peer;
  }

  function close(homeId: string, peerId: string): void {
    const peers = homes.get(homeId);
    const peer = peers?.get(peerId);
    if (!peers || !peer) return;
    peers.delete(peerId);
    if (peers.size === 0) homes.delete(homeId);
    onClosed(peer);
  }

  function closeHome(homeId: string): void {
    const peers = homes.get(homeId);
    homes.delete(homeId);
    for (const peer of peers?.values() ?? []) onClosed(peer);
  }

  return { peerOf, close, closeHome };
}
