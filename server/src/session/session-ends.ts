// The ways in which a session leaves its node: for good, or for another one.

import type { MoveReason } from "@nearframe/shared/protocol/server-to-client";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { MOVE_STOP_MS, MOVE_WAIT_MS, MOVES_MAX, NODE_STOP_MS } from "./limits.ts";
import {
  awayUntilMs,
  meterOff,
  type Candidate,
  type Lease,
  type MovingSession,
  type PlacedSession,
  type Played,
  type QueuedSession,
  type StreamingSession,
} from "./session.ts";
import type { SessionEffect, Step } from "./session-events.ts";

/** No node has anything of it. */
export function endUnplaced(played: Played | undefined, reason: EndReason, detail: string | undefined, atMs: number): Step {
  const end = { reason, detail, atMs };
  return [{ state: "ended", end, played: meterOff(played, atMs) }, [{ type: "tell-end", end }, { type: "save" }]];
}

/** The node still has it: ask for its end, and keep the slot until that is heard. */
export function endPlaced(session: PlacedSession, reason: EndReason, detail: string | undefined, atMs: number): Step {
  const { lease } = session;
  const end = { reason, detail, atMs };
  return [
    { state: "ending", lease, deadlineMs: atMs + NODE_STOP_MS, end, played: meterOff(session.played, atMs) },
    [{ type: "tell-end", end }, { type: "stop-on-node", lease, reason }, { type: "save" }],
  ];
}

/** The node has nothing of it any more. */
export function endOnNode(session: PlacedSession, reason: EndReason, detail: string | undefined, atMs: number): Step {
  const end = { reason, detail, atMs };
  return [
    { state: "ended", end, played: meterOff(session.played, atMs) },
    [{ type: "tell-end", end }, { type: "release-slot", lease: session.lease }, { type: "save" }],
  ];
}

/** The node has it no more, but the player means to go on: to another node, before all who wait for a first one. */
export function placeAgain(session: PlacedSession, reason: MoveReason, detail: string | undefined, nowMs: number): Step {
  if (session.moves >= MOVES_MAX) return endOnNode(session, EndReason.NodeLost, detail, nowMs);
  // What was paid for ends where the player said that media did.
  const stoppedAtMs = "stalledAtMs" in session ? (session.stalledAtMs ?? nowMs) : nowMs;
  return [
    inLineAgain(session, stoppedAtMs, nowMs),
    [{ type: "release-slot", lease: session.lease }, { type: "tell-moving", reason }, { type: "save" }],
  ];
}

/** The node is well and shall hand it on: it closes the title and keeps the save, and then the next one starts. */
export function moveAway(session: StreamingSession, reason: MoveReason, nowMs: number): Step {
  const { lease, moves } = session;
  return [
    {
      state: "moving",
      lease,
      deadlineMs: nowMs + MOVE_STOP_MS,
      absentUntilMs: undefined,
      played: meterOff(session.played, nowMs),
      moves,
    },
    [{ type: "tell-moving", reason }, { type: "stop-on-node", lease, reason: EndReason.NodeDrained }, { type: "save" }],
  ];
}

export function inLineAgain(session: PlacedSession | MovingSession, stoppedAtMs: number, nowMs: number): QueuedSession {
  return {
    state: "queued",
    sinceMs: nowMs,
    deadlineMs: nowMs + MOVE_WAIT_MS,
    absentUntilMs: awayUntilMs(session),
    played: meterOff(session.played, stoppedAtMs),
    moves: session.moves + 1,
  };
}

/** A candidate is a seat without a title: nothing of it is worth waiting for. */
export function giveBack(candidates: readonly Pick<Candidate, "lease">[]): SessionEffect[] {
  return candidates.flatMap(({ lease }: { lease: Lease }) => [
    { type: "stop-on-node", lease, reason: EndReason.TakenOver } as const,
    { type: "release-slot", lease } as const,
  ]);
}
