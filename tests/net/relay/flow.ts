// One client of a relay: its address, a socket of its own towards the target,
// and the two links between.
//
// Each flow needs its own upstream socket because the far end tells players
// apart by source address: behind one socket they would be one ICE peer.

import dgram from "node:dgram";
import type { RemoteInfo, Socket, SocketType } from "node:dgram";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Link } from "../link/link.ts";

export type Endpoint = { host: string; port: number };

/** A link that changes with every packet. Several flows may share one. */
export type LinkBox = { link: Link };

export type Flow = {
  readonly client: Endpoint;
  readonly upstream: Socket;
  readonly up: LinkBox;
  readonly down: LinkBox;
  readonly scope: Scope;
  lastPacketAtMs: number;
};

export function keyOf({ address, port }: RemoteInfo): string {
  return `${address} ${port}`;
}

/** A UDP socket that never asks the resolver: addresses here are numbers already. */
export function openUdp(type: SocketType, scope: Scope): Socket {
  const family = type === "udp4" ? 4 : 6;
  const socket = dgram.createSocket({
    type,
    lookup: (host, _options, done) => done(null, host, family),
  });
  return scope.own(socket, (owned) => closeUdp(owned));
}

function closeUdp(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    try {
      socket.close(() => resolve());
    } catch (failure) {
      // A socket that failed has closed itself; only that is expected here.
      if ((failure as NodeJS.ErrnoException).code !== "ERR_SOCKET_DGRAM_NOT_RUNNING") throw failure;
      resolve();
    }
  });
}
