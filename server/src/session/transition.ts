// What can happen to a session, and what is to be done about it.
//
//            node-assigned      first-frame-shown
//   queued ---------------> starting ---------> streaming
//     |                       |  ^                |   |
//     |           player-lost |  | player-returned|   | player-lost
//     |                       v  |                v   v
//     |                       held <--------------+  (held 2 min)
//     |                         |
//     v      stop-on-node       v     node-ended | node-lost | too long
//   ended <------------------ ending ------------------------------> ended
//
// Pure: knows no sockets, no clock, no store, not even its own id. The slot on
// the node is held from `node-assigned` until the effect `release-slot`.

import type { Offer } from "@nearframe/shared/protocol/media";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import { HOLD_MS, NODE_STOP_MS, QUEUE_HOLD_MS, QUEUE_WAIT_MS, REJOIN_MS } from "./limits.ts";

export type SessionEnd = { reason: EndReason; detail: string | undefined; atMs: number };

export type Session =
  /** In line for a slot. While the socket is gone the place is kept until `absentUntilMs`. */
  | { state: "queued"; sinceMs: number; deadlineMs: number; absentUntilMs: number | undefined }
  /** The node prepares it, or makes new transports for a player who came back. */
  | {
      state: "starting";
      nodeId: string;
      deadlineMs: number;
      steps: readonly StartStep[];
      /** When the player saw the first frame ever; undefined until then. */
      playedSinceMs: number | undefined;
    }
  | { state: "streaming"; nodeId: string; playedSinceMs: number }
  /** The player's control socket is gone; the title runs on, and media may still flow. */
  | {
      state: "held";
      nodeId: string;
      untilMs: number;
      steps: readonly StartStep[];
      playedSinceMs: number | undefined;
    }
  /** Over for the player; the node has not yet said that everything is closed. */
  | { state: "ending"; nodeId: string; deadlineMs: number; end: SessionEnd; playedSinceMs: number | undefined }
  | { state: "ended"; end: SessionEnd; playedSinceMs: number | undefined };

export type SessionEvent =
  | { type: "node-assigned"; nodeId: string; startLimitMs: number }
  /** A node that could run the title is there now, though it may be busy. */
  | { type: "node-appeared" }
  | { type: "progressed"; step: StartStep }
  | { type: "offered"; offer: Offer }
  /** The player says that media flows: while connecting, or from a new socket after the old one died. */
  | { type: "connected" }
  | { type: "first-frame-shown" }
  | { type: "player-left" }
  | { type: "player-lost" }
  /** The player wants the session back and needs new transports. */
  | { type: "player-returned" }
  | { type: "media-unreachable"; detail: string }
  | { type: "node-ended"; reason: EndReason; detail: string | undefined }
  | { type: "node-lost" }
  | { type: "deadline-passed" }
  | { type: "server-stopped" };

export type SessionEffect =
  | { type: "tell-progress"; step: StartStep }
  | { type: "tell-offer"; offer: Offer }
  | { type: "tell-end"; end: SessionEnd }
  | { type: "start-on-node"; nodeId: string }
  | { type: "rejoin-on-node"; nodeId: string }
  | { type: "stop-on-node"; nodeId: string; reason: EndReason }
  | { type: "release-slot"; nodeId: string }
  /** What must outlive this process has changed. */
  | { type: "save" };

type Step = [session: Session, effects: SessionEffect[]];

export function queuedSession(nowMs: number, waitLimitMs: number): Session {
  return { state: "queued", sinceMs: nowMs, deadlineMs: nowMs + waitLimitMs, absentUntilMs: undefined };
}

/** A session that ran when the last server process went: its player and its node are expected back. */
export function restoredSession(nodeId: string, playedSinceMs: number, nowMs: number): Session {
  return { state: "held", nodeId, untilMs: nowMs + HOLD_MS, steps: [], playedSinceMs };
}

/** When `deadline-passed` is due. */
export function deadlineOf(session: Session): number | undefined {
  switch (session.state) {
    case "queued":
      return Math.min(session.deadlineMs, session.absentUntilMs ?? Infinity);
    case "starting":
    case "ending":
      return session.deadlineMs;
    case "held":
      return session.untilMs;
    case "streaming":
    case "ended":
      return undefined;
  }
}

/** The same session, event and clock reading always give the same answer. */
export function transition(session: Session, event: SessionEvent, nowMs: number): Step {
  if (event.type === "node-assigned" && (session.state !== "queued" || session.absentUntilMs !== undefined)) {
    // The player left, or went away, while the choice was being made: the slot goes back.
    return [session, [{ type: "release-slot", nodeId: event.nodeId }]];
  }
  switch (session.state) {
    case "queued":
      return fromQueued(session, event, nowMs);
    case "starting":
      return fromStarting(session, event, nowMs);
    case "streaming":
      return fromStreaming(session, event, nowMs);
    case "held":
      return fromHeld(session, event, nowMs);
    case "ending":
      return fromEnding(session, event, nowMs);
    case "ended":
      return [session, []];
  }
}

function fromQueued(session: Session & { state: "queued" }, event: SessionEvent, nowMs: number): Step {
  switch (event.type) {
    case "node-assigned":
      return [
        {
          state: "starting",
          nodeId: event.nodeId,
          deadlineMs: nowMs + event.startLimitMs,
          steps: ["placed"],
          playedSinceMs: undefined,
        },
        [{ type: "tell-progress", step: "placed" }, { type: "start-on-node", nodeId: event.nodeId }, { type: "save" }],
      ];
    case "node-appeared":
      return [{ ...session, deadlineMs: session.sinceMs + QUEUE_WAIT_MS }, []];
    case "player-left":
      return endUnplaced(EndReason.PlayerLeft, undefined, nowMs);
    case "player-lost":
      return [{ ...session, absentUntilMs: nowMs + QUEUE_HOLD_MS }, []];
    case "player-returned":
      return [{ ...session, absentUntilMs: undefined }, []];
    case "deadline-passed":
      if (nowMs >= (session.absentUntilMs ?? Infinity)) return endUnplaced(EndReason.PlayerLost, undefined, nowMs);
      if (nowMs < session.deadlineMs) return [session, []];
      return endUnplaced(EndReason.NoNode, "no node had a free slot in time", nowMs);
    case "server-stopped":
      return endUnplaced(EndReason.ServerStopped, undefined, nowMs);
    default:
      return [session, []];
  }
}

function fromStarting(session: Session & { state: "starting" }, event: SessionEvent, nowMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  switch (event.type) {
    case "progressed":
      if (session.steps.includes(event.step)) return [session, []];
      return [
        { ...session, steps: [...session.steps, event.step] },
        [{ type: "tell-progress", step: event.step }],
      ];
    case "offered":
      return [session, [{ type: "tell-offer", offer: event.offer }]];
    case "first-frame-shown":
      return [{ state: "streaming", nodeId, playedSinceMs: playedSinceMs ?? nowMs }, [{ type: "save" }]];
    case "player-lost":
      return [
        { state: "held", nodeId, untilMs: nowMs + HOLD_MS, steps: session.steps, playedSinceMs },
        [{ type: "save" }],
      ];
    case "player-returned":
      return rejoin(session, nowMs);
    case "deadline-passed":
      if (nowMs < session.deadlineMs) return [session, []];
      return endPlaced(session, EndReason.StartTimeout, lastStep(session.steps), nowMs);
    case "server-stopped":
      // What was played once survives the server; what never began is not worth finding again.
      if (playedSinceMs !== undefined) return [session, []];
      return endPlaced(session, EndReason.ServerStopped, undefined, nowMs);
    default:
      return endOf(session, event, nowMs);
  }
}

function fromStreaming(session: Session & { state: "streaming" }, event: SessionEvent, nowMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  switch (event.type) {
    case "offered":
      return [session, [{ type: "tell-offer", offer: event.offer }]];
    case "player-lost":
      return [{ state: "held", nodeId, untilMs: nowMs + HOLD_MS, steps: [], playedSinceMs }, [{ type: "save" }]];
    case "player-returned":
      return rejoin({ ...session, steps: [] }, nowMs);
    default:
      return endOf(session, event, nowMs);
  }
}

function fromHeld(session: Session & { state: "held" }, event: SessionEvent, nowMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  switch (event.type) {
    case "progressed":
      // Remembered, so that a player who comes back is shown how far it is.
      if (session.steps.includes(event.step)) return [session, []];
      return [{ ...session, steps: [...session.steps, event.step] }, []];
    case "connected":
      // Only the control socket had died; the media path outlived it and nothing needs to be made anew.
      return playedSinceMs === undefined
        ? [{ state: "starting", nodeId, deadlineMs: nowMs + REJOIN_MS, steps: session.steps, playedSinceMs }, []]
        : [{ state: "streaming", nodeId, playedSinceMs }, [{ type: "save" }]];
    case "player-returned":
      return rejoin(session, nowMs);
    case "deadline-passed":
      if (nowMs < session.untilMs) return [session, []];
      return endPlaced(session, EndReason.PlayerLost, undefined, nowMs);
    default:
      return endOf(session, event, nowMs);
  }
}

function fromEnding(session: Session & { state: "ending" }, event: SessionEvent, nowMs: number): Step {
  const { nodeId, end, playedSinceMs } = session;
  const over = event.type === "node-ended" || event.type === "node-lost";
  const overdue = event.type === "deadline-passed" && nowMs >= session.deadlineMs;
  if (!over && !overdue) return [session, []];
  return [{ state: "ended", end, playedSinceMs }, [{ type: "release-slot", nodeId }]];
}

type Placed = Session & { nodeId: string; playedSinceMs: number | undefined };

/** The ends that every placed session shares. */
function endOf(session: Placed, event: SessionEvent, nowMs: number): Step {
  switch (event.type) {
    case "player-left":
      return endPlaced(session, EndReason.PlayerLeft, undefined, nowMs);
    case "media-unreachable":
      return endPlaced(session, EndReason.MediaUnreachable, event.detail, nowMs);
    case "node-ended":
      return endOnNode(session, event.reason, event.detail, nowMs);
    case "node-lost":
      return endOnNode(session, EndReason.NodeLost, undefined, nowMs);
    default:
      return [session, []];
  }
}

function rejoin(session: Placed & { steps: readonly StartStep[] }, nowMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  // These belong to the old transports and will happen again.
  const steps = session.steps.filter((step) => step !== "transports-opened" && step !== "connected");
  return [
    { state: "starting", nodeId, deadlineMs: nowMs + REJOIN_MS, steps, playedSinceMs },
    [
      ...steps.map((step) => ({ type: "tell-progress", step }) as const),
      { type: "rejoin-on-node", nodeId },
      { type: "save" },
    ],
  ];
}

function endUnplaced(reason: EndReason, detail: string | undefined, atMs: number): Step {
  const end = { reason, detail, atMs };
  return [{ state: "ended", end, playedSinceMs: undefined }, [{ type: "tell-end", end }, { type: "save" }]];
}

/** The node still has it: ask for its end, and keep the slot until that is heard. */
function endPlaced(session: Placed, reason: EndReason, detail: string | undefined, atMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  const end = { reason, detail, atMs };
  return [
    { state: "ending", nodeId, deadlineMs: atMs + NODE_STOP_MS, end, playedSinceMs },
    [{ type: "tell-end", end }, { type: "stop-on-node", nodeId, reason }, { type: "save" }],
  ];
}

/** The node has nothing of it any more. */
function endOnNode(session: Placed, reason: EndReason, detail: string | undefined, atMs: number): Step {
  const { nodeId, playedSinceMs } = session;
  const end = { reason, detail, atMs };
  return [
    { state: "ended", end, playedSinceMs },
    [{ type: "tell-end", end }, { type: "release-slot", nodeId }, { type: "save" }],
  ];
}

function lastStep(steps: readonly StartStep[]): string {
  return `the last step that was done in time: ${steps.at(-1) ?? "none"}`;
}
