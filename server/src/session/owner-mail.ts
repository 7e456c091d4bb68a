// What processes say to each other about sessions: homes to owners, what players
// and nodes said; owners to homes, what is to be said to a player. Lost with the
// bus, as a socket's messages are with the socket: the machine of each session, its
// limits and the nodes' reports make good what was missed, and what a session hangs on
// is said again (`unheard.ts`).

import { SessionReport } from "@nearframe/shared/node/messages";
import { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { Id } from "@nearframe/shared/protocol/media";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { RttVector } from "@nearframe/shared/probe/rtt-vector";
import * as z from "zod/mini";

/** One socket of a player at its home. */
export const PeerName = z.object({
  homeId: z.string(),
  peerId: z.string(),
  playerId: Id,
  tabId: z.optional(z.string()),
  place: z.object({ address: z.optional(z.string()), timeZone: z.optional(z.string()), rttVector: z.optional(RttVector) }),
});
export type PeerName = z.infer<typeof PeerName>;

/** `indexer.<ownerId>` */
export const ToOwner = z.discriminatedUnion("type", [
  /** `sessionId`: of the session that a request is to make. */
  z.object({ type: z.literal("from-player"), peer: PeerName, message: ClientToServer, sessionId: z.optional(Id) }),
  /** The session has a new owner, and this player's socket was there all the while. */
  z.object({ type: z.literal("player-attached"), peer: PeerName, sessionId: Id }),
  z.object({ type: z.literal("peer-closed"), homeId: z.string(), peerId: z.string() }),
  /** The player has given it up by asking for another one. */
  z.object({ type: z.literal("given-up"), playerId: Id, sessionId: Id }),
  z.object({ type: z.literal("from-node"), nodeId: Id, message: NodeToServer }),
  /** The node has linked, or speaks again: what runs there. */
  z.object({ type: z.literal("node-reported"), nodeId: Id, linked: z.boolean(), sessions: z.array(SessionReport) }),
]);
export type ToOwner = z.infer<typeof ToOwner>;

/** `peers.<homeId>` */
export const ToPeer = z.object({ peerId: z.string(), message: ServerToClient });
export type ToPeer = z.infer<typeof ToPeer>;

export const ownerSubject = (serverId: string): string => `indexer.${serverId}`;
export const peerSubject = (serverId: string): string => `peers.${serverId}`;
