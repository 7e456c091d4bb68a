// What every door does once it has let a socket in: a peer with its own scope, somebody who
// talks to it, and a limit for the first words.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { BucketRate } from "@nearframe/shared/protocol/token-bucket";
import type * as z from "zod/mini";
import type { Log } from "../log.ts";
import { HELLO_MS } from "./limits.ts";
import { createPeer, type Peer, type PeerSocket } from "./peer.ts";

/** The server's side of what is said on one socket. */
export interface Conversation<Incoming> {
  handleMessage(message: Incoming): void | Promise<void>;
  /** `HELLO_MS` are over. What has not been said by now need not be waited for. */
  handleSilence(): void;
  handleClosed(): void;
}

export type PeerLink<Outgoing> = Pick<Peer<Outgoing>, "send" | "close" | "closed" | "answers" | "rttMs">;

export type PeerDoorOptions<S extends z.ZodMiniType, Outgoing> = {
  schema: S;
  rate: BucketRate;
  /** MAY speak on the link at once. */
  converse(link: PeerLink<Outgoing>): Conversation<z.output<S>>;
};

export function admitPeer<S extends z.ZodMiniType, Outgoing extends { type: string }>(
  socket: PeerSocket,
  { schema, rate, converse }: PeerDoorOptions<S, Outgoing>,
  ports: { clock: Clock; log: Log },
  scope: Scope,
): Peer<Outgoing> {
  const peerScope = scope.child();
  const peer: Peer<Outgoing> = createPeer(
    socket,
    {
      schema,
      rate,
      onMessage: (message) => conversation.handleMessage(message),
      onClosed: () => {
        conversation.handleClosed();
        void peerScope.close();
      },
    },
    ports,
    peerScope,
  );
  const conversation = converse(peer);
  peerScope.own(setTimeout(conversation.handleSilence, HELLO_MS), clearTimeout);
  return peer;
}
