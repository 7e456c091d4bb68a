// What can happen to a session, and what it asks to be done about it.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { MoveReason } from "@nearframe/shared/protocol/server-to-client";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { Lease, Session, SessionEnd } from "./session.ts";

/** A lease that placement could get for the session, best first. */
export type Option = {
  lease: Lease;
  estimateMs: number | undefined;
  lightMs: number | undefined;
  /** The session is for this node alone: the others are measured for the look of it. */
  pinned?: true;
};

/** What nodes say carries the epoch under which they say it; that of another lease changes nothing. */
export type SessionEvent =
  /** One node, or several to be measured. */
  | { type: "slots-taken"; options: readonly [Option, ...Option[]]; startLimitMs: number }
  /** A node that could run the title is there now, though it may be busy. */
  | { type: "node-appeared" }
  | { type: "progressed"; epoch: number; step: StartStep }
  | { type: "offered"; epoch: number; offer: Offer }
  | { type: "probed"; epoch: number; by: "player" | "node"; result: ProbeResult }
  /** A report that was not signed as it must be, or was made for something else. */
  | { type: "probe-refused"; epoch: number; why: string }
  /** The player says that media flows: while connecting, or from a new socket after the old one died. */
  | { type: "connected" }
  | { type: "first-frame-shown" }
  | { type: "player-left" }
  | { type: "player-lost" }
  /** The player wants the session back and needs new transports. */
  | { type: "player-returned" }
  /** The player sees no media; `nodeLinked` is whether the node's own link is up. */
  | { type: "player-stalled"; nodeLinked: boolean }
  /** The player has given up on this lease's media; `nodeLinked` is whether the node has just answered. */
  | { type: "media-unreachable"; epoch: number; nodeLinked: boolean; detail: string }
  | { type: "node-ended"; epoch: number; reason: EndReason; detail: string | undefined }
  /** It was asked, and is not there: it stayed silent, or has no link. */
  | { type: "node-silent"; epoch: number }
  /** The node's control link is down; it may come back. */
  | { type: "node-unlinked"; nodeId: string }
  | { type: "node-lost"; nodeId: string; detail?: string }
  /** The cluster gave the slot to somebody else, or has forgotten it. */
  | { type: "lease-lost"; epoch: number }
  /** Another node would serve this player better, or the present one is to be emptied. */
  | { type: "move-wanted"; reason: MoveReason }
  | { type: "deadline-passed" }
  | { type: "server-stopped" };

export type SessionEffect =
  | { type: "tell-progress"; step: StartStep }
  /** With `probe` it is a candidate's. */
  | { type: "tell-offer"; epoch: number; offer: Offer; probe: boolean }
  | { type: "tell-chosen"; epoch: number }
  | { type: "tell-moving"; reason: MoveReason }
  | { type: "tell-end"; end: SessionEnd }
  | { type: "prepare-on-node"; lease: Lease }
  | { type: "start-on-node"; lease: Lease }
  | { type: "rejoin-on-node"; lease: Lease }
  | { type: "stop-on-node"; lease: Lease; reason: EndReason }
  /** Whether it is there; `node-silent` if not. */
  | { type: "ask-node"; lease: Lease }
  | { type: "release-slot"; lease: Lease }
  /** What must outlive this process has changed. */
  | { type: "save" };

export type Step = readonly [session: Session, effects: readonly SessionEffect[]];
