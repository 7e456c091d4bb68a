// What sessions need of the rest of the server.

import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Title } from "@nearframe/shared/title/manifest";
import type { NodeCandidate } from "../placement/choose-node.ts";

/** One control socket of a player. A player may have several: tabs, devices, a half-dead one. */
export interface PlayerPeer {
  readonly playerId: string;
  /** MUST NOT throw: a socket that can't take the message closes, which is heard as `handlePeerClosed`. */
  send(message: ServerToClient): void;
}

export interface SessionNodes {
  candidates(): NodeCandidate[];
  /** False if the node has no link now. */
  send(nodeId: string, message: ServerToNode): boolean;
  takeSlot(nodeId: string, sessionId: string): void;
  releaseSlot(nodeId: string, sessionId: string): void;
  forgetReported(nodeId: string, sessionId: string): void;
  expect(nodeId: string, sessionId: string): void;
}

export interface SessionTitles {
  find(titleId: string): Title | undefined;
}
