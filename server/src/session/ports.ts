// What sessions need of the rest of the server.

import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
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
  /** A session that was on the node has ended, or left it. */
  noteSessionEnded(nodeId: string, reason: EndReason): void;
}

/** Who is told how sessions go. MUST NOT throw, and MUST NOT make its caller wait. */
export interface SessionTelemetry {
  /** `playedSinceMs` is the first frame. */
  takePlayerSample(session: PlayedSession, sample: PlayerSample): void;
  takeNodeSample(session: PlayedSession, sample: NodeSample): void;
  /** A sample came for a session that somebody else plays or serves. */
  refuseSample(): void;
  endSession(sessionId: string): void;
}

export type PlayedSession = { sessionId: string; nodeId: string; playedSinceMs: number };

export interface SessionTitles {
  find(titleId: string): Title | undefined;
}
