// Sessions in each state, as a test of the session machine begins with them, and what the machine answers.

import type { Offer } from "@nearframe/shared/protocol/media";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import { HOLD_MS, MOVE_STOP_MS, MOVE_WAIT_MS, NODE_QUIET_MS, NODE_STOP_MS, QUEUE_HOLD_MS, QUEUE_WAIT_MS } from "../session/limits.ts";
import type {
  EndingSession, HeldSession, MovingSession, Played, QueuedSession, Session, StartingSession, StreamingSession,
} from "../session/session.ts";
import type { Option, SessionEffect, SessionEvent } from "../session/session-events.ts";

export const NOW = 1_000_000;
export const START_LIMIT_MS = 60_000;
export const offer = { media: [] } as unknown as Offer;
export const lease = { nodeId: "n1", slot: 0, epoch: 7 };
export const option = (of = lease): Option => ({ lease: of, estimateMs: undefined, lightMs: undefined });
export const taken: SessionEvent = { type: "slots-taken", options: [option()], startLimitMs: START_LIMIT_MS };
export const played: Played = { sinceMs: 500, meteredMs: 0, runningSinceMs: 500 };
/** The same once the node is left. */
export const metered: Played = { sinceMs: 500, meteredMs: NOW - 500, runningSinceMs: undefined };

export const queued: QueuedSession = {
  state: "queued",
  sinceMs: NOW,
  deadlineMs: NOW + QUEUE_WAIT_MS,
  absentUntilMs: undefined,
  played: undefined,
  moves: 0,
};
export const absent: QueuedSession = { ...queued, absentUntilMs: NOW + QUEUE_HOLD_MS };
export const starting: StartingSession = {
  state: "starting",
  lease,
  deadlineMs: NOW + START_LIMIT_MS,
  startUntilMs: NOW + START_LIMIT_MS,
  steps: ["placed", "transports-opened", "display-started"],
  heardAtMs: NOW,
  askAtMs: NOW + NODE_QUIET_MS,
  played: undefined,
  moves: 0,
  stalledAtMs: undefined,
};
export const rejoining: StartingSession = { ...starting, startUntilMs: undefined, steps: [], played };
export const streaming: StreamingSession = { state: "streaming", lease, played, moves: 0, stalledAtMs: undefined };
export const held: HeldSession = { state: "held", lease, untilMs: NOW + HOLD_MS, steps: [], startUntilMs: undefined, played, moves: 0 };
export const heldEarly: HeldSession = { ...held, startUntilMs: starting.startUntilMs, steps: starting.steps, played: undefined };
export const moving: MovingSession = {
  state: "moving",
  lease,
  deadlineMs: NOW + MOVE_STOP_MS,
  absentUntilMs: undefined,
  played: metered,
  moves: 0,
};
/** Its node is gone. */
export const again: QueuedSession = { ...queued, deadlineMs: NOW + MOVE_WAIT_MS, played: metered, moves: 1 };
export const end = (reason: EndReason, detail?: string) => ({ reason, detail, atMs: NOW });
export const ending: EndingSession = { state: "ending", lease, deadlineMs: NOW + NODE_STOP_MS, end: end("player-left"), played: metered };
export const ended: Session = { state: "ended", end: end("player-left"), played: metered };

export const save: SessionEffect = { type: "save" };
export const release: SessionEffect = { type: "release-slot", lease };
export const over = (reason: EndReason, detail?: string): SessionEffect => ({ type: "tell-end", end: end(reason, detail) });
export const stop = (reason: EndReason): SessionEffect => ({ type: "stop-on-node", lease, reason });
export const movingTold: SessionEffect = { type: "tell-moving", reason: "node-lost" };
/** The node is asked to stop, and the slot is kept until it has. */
export const asked = (reason: EndReason, of: Played | undefined, detail?: string): Session => ({
  state: "ending",
  lease,
  deadlineMs: NOW + NODE_STOP_MS,
  end: end(reason, detail),
  played: of,
});
export const done = (reason: EndReason, of: Played | undefined, detail?: string): Session => ({
  state: "ended",
  end: end(reason, detail),
  played: of,
});
