// One session as a value: what it is in each of its states, and what is asked of
// that value most. How it comes from one state to the next: `transition.ts`.

import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import { HOLD_MS, MOVE_WAIT_MS, NODE_QUIET_MS } from "./limits.ts";

export type SessionEnd = { reason: EndReason; detail: string | undefined; atMs: number };

/** The right to one slot of a node. The epoch only grows, and whoever speaks under an older one is not heard. */
export type Lease = { readonly nodeId: string; readonly slot: number; readonly epoch: number };

/** What the player has had of it, over all the nodes that it saw: a session is metered once. */
export type Played = {
  /** The first frame ever. */
  readonly sinceMs: number;
  /** Of earlier nodes. */
  readonly meteredMs: number;
  /** First frame on the present node; undefined while there is none. */
  readonly runningSinceMs: number | undefined;
};

/** One of several nodes that a player measures before the session starts on the best of them. */
export type Candidate = {
  readonly lease: Lease;
  /** What placement expects of the round trip. */
  readonly estimateMs: number | undefined;
  /** Faster than this no signal gets there and back, by what is known of where both are. */
  readonly lightMs: number | undefined;
  /** The session is for this node alone. */
  readonly pinned?: true;
  readonly steps: readonly StartStep[];
  readonly byPlayer: ProbeResult | undefined;
  readonly byNode: ProbeResult | undefined;
  /** Why what was told of it is not believed. */
  readonly refused: string | undefined;
};

type Common = {
  /** Undefined until the first frame. */
  readonly played: Played | undefined;
  /** Nodes that were lost since a frame was last seen: more than a few, and the session is over. */
  readonly moves: number;
};

export type QueuedSession = Common & {
  readonly state: "queued";
  readonly sinceMs: number;
  readonly deadlineMs: number;
  /** While the socket is gone the place is kept until then. */
  readonly absentUntilMs: number | undefined;
};
export type ProbingSession = Common & {
  readonly state: "probing";
  /** Best first, as placement sees it. */
  readonly candidates: readonly Candidate[];
  /** The place in line that it came from, and goes back to if all candidates fail. */
  readonly queued: QueuedSession;
  readonly startLimitMs: number;
  readonly deadlineMs: number;
};
export type StartingSession = Common & {
  readonly state: "starting";
  readonly lease: Lease;
  readonly deadlineMs: number;
  /** What the title was given to its first picture, whatever its player does meanwhile; undefined once one was seen. */
  readonly startUntilMs: number | undefined;
  readonly steps: readonly StartStep[];
  /** The node's last word of it, or when it was told to begin. */
  readonly heardAtMs: number;
  /** A node that is quiet until then is asked whether it is there. */
  readonly askAtMs: number;
  /** As while it streams: of one who asked for new transports, since nothing came over the old. */
  readonly stalledAtMs: number | undefined;
};
export type StreamingSession = Common & {
  readonly state: "streaming";
  readonly lease: Lease;
  readonly played: Played;
  /** When the player last said that no media comes, unless it came since. */
  readonly stalledAtMs: number | undefined;
};
export type HeldSession = Common & {
  readonly state: "held";
  readonly lease: Lease;
  readonly untilMs: number;
  readonly steps: readonly StartStep[];
  /** As while it starts. */
  readonly startUntilMs: number | undefined;
};
export type MovingSession = Common & {
  readonly state: "moving";
  readonly lease: Lease;
  readonly deadlineMs: number;
  readonly absentUntilMs: number | undefined;
};
export type EndingSession = {
  readonly state: "ending";
  readonly lease: Lease;
  readonly deadlineMs: number;
  readonly end: SessionEnd;
  readonly played: Played | undefined;
};
export type EndedSession = { readonly state: "ended"; readonly end: SessionEnd; readonly played: Played | undefined };

/** On a node, with a player who means to go on. */
export type PlacedSession = StartingSession | StreamingSession | HeldSession;

export type Session =
  /** In line for a slot: new, or placed again after its node was lost. */
  | QueuedSession
  /** The best nodes each keep a slot and a path for it, and the player measures which is nearest. */
  | ProbingSession
  /** The node prepares it, or makes new transports for a player who came back. */
  | StartingSession
  | StreamingSession
  /** The player's control socket is gone; the title runs on, and media may still flow. */
  | HeldSession
  /** The old node closes it, and keeps the title's save, so that another one can go on with it. */
  | MovingSession
  /** Over for the player; the node has not yet said that everything is closed. */
  | EndingSession
  | EndedSession;

export function queuedSession(nowMs: number, waitLimitMs: number): QueuedSession {
  return {
    state: "queued",
    sinceMs: nowMs,
    deadlineMs: nowMs + waitLimitMs,
    absentUntilMs: undefined,
    played: undefined,
    moves: 0,
  };
}

/** A session that ran, or started, when its last owner went: its player and its node are expected back. */
export function restoredSession(lease: Lease, played: Played | undefined, startLimitMs: number, nowMs: number): HeldSession {
  return { state: "held", lease, untilMs: nowMs + HOLD_MS, steps: [], startUntilMs: played ? undefined : nowMs + startLimitMs, played, moves: 0 };
}

/** A session that waited in line when its last owner went. */
export function restoredInLine(played: Played | undefined, absentForMs: number, nowMs: number): QueuedSession {
  return {
    ...queuedSession(nowMs, MOVE_WAIT_MS),
    absentUntilMs: nowMs + absentForMs,
    played,
    moves: played ? 1 : 0,
  };
}

/** Of a session that starts: its node speaks, or is told to begin. */
export const heardNow = (nowMs: number): Pick<StartingSession, "heardAtMs" | "askAtMs"> => ({ heardAtMs: nowMs, askAtMs: nowMs + NODE_QUIET_MS });

/** When `deadline-passed` is due. */
export function deadlineOf(session: Session): number | undefined {
  switch (session.state) {
    case "queued":
      return Math.min(session.deadlineMs, session.absentUntilMs ?? Infinity);
    case "starting":
      return Math.min(session.deadlineMs, session.askAtMs);
    case "probing":
    case "moving":
    case "ending":
      return session.deadlineMs;
    case "held":
      return session.untilMs;
    case "streaming":
    case "ended":
      return undefined;
  }
}

/** The leases that a session has: one when it is placed, several while it is measured. */
export function leasesOf(session: Session): readonly Lease[] {
  if (session.state === "probing") return session.candidates.map(({ lease }) => lease);
  return "lease" in session ? [session.lease] : [];
}

export function leaseUnder(session: Session, epoch: number): Lease | undefined {
  return leasesOf(session).find((lease) => lease.epoch === epoch);
}

/** Until when a player who is away may come back; undefined for one who is there. */
export function awayUntilMs(session: Session): number | undefined {
  if (session.state === "held") return session.untilMs;
  if (session.state === "queued" || session.state === "moving") return session.absentUntilMs;
  return undefined;
}

/** With the first frame on a node the meter runs. */
export function meterOn(played: Played | undefined, nowMs: number): Played {
  if (!played) return { sinceMs: nowMs, meteredMs: 0, runningSinceMs: nowMs };
  return { ...played, runningSinceMs: played.runningSinceMs ?? nowMs };
}

export function meterOff(played: Played | undefined, atMs: number): Played | undefined {
  if (played?.runningSinceMs === undefined) return played;
  const meteredMs = played.meteredMs + Math.max(0, atMs - played.runningSinceMs);
  return { sinceMs: played.sinceMs, meteredMs, runningSinceMs: undefined };
}
