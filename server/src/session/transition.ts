// How a session goes from one state to the next.
//
//                  two or three nodes              the best of them
//            .----------------------> probing ----------------------.
//            |                                                      v   first-frame-shown
//   queued --+--------------------- one node ------------------> starting ---------> streaming
//     |  ^                                                        |  ^                |   |  ^
//     |  |                                            player-lost |  | player-returned|   |  |
//     |  |                                                        v  |                v   |  | connected
//     |  '--- node-lost (before all others), or handed on         held <--------------+---'--'
//     |       by its node: streaming -> moving -> queued            |
//     v                                                             v  left, held 2 min, too long
//   ended <------------------------------------------------------ ending: until the node has closed it
//
// Pure: knows no sockets, no clock, no store, not even its own id. A slot is held
// from `slots-taken` until the effect `release-slot` for its lease.

import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import { fromProbing } from "./from-probing.ts";
import { HOLD_MS, NODE_QUIET_MS, PROBE_MS, QUEUE_HOLD_MS, QUEUE_WAIT_MS, REJOIN_MS, STALL_FRESH_MS } from "./limits.ts";
import {
  heardNow,
  meterOn,
  type EndingSession,
  type HeldSession,
  type MovingSession,
  type PlacedSession,
  type QueuedSession,
  type Session,
  type StartingSession,
  type StreamingSession,
} from "./session.ts";
import { endOnNode, endPlaced, endUnplaced, inLineAgain, moveAway, placeAgain } from "./session-ends.ts";
import type { SessionEvent, Step } from "./session-events.ts";

/** The same session, event and clock reading always give the same answer. */
export function transition(session: Session, event: SessionEvent, nowMs: number): Step {
  if (event.type === "slots-taken" && (session.state !== "queued" || session.absentUntilMs !== undefined)) {
    // The player left, or went away, while the slots were being taken: they go back.
    return [session, event.options.map(({ lease }) => ({ type: "release-slot", lease }) as const)];
  }
  switch (session.state) {
    case "queued":
      return fromQueued(session, event, nowMs);
    case "probing":
      return fromProbing(session, event, nowMs);
    case "starting":
      return fromStarting(session, event, nowMs);
    case "streaming":
      return fromStreaming(session, event, nowMs);
    case "held":
      return fromHeld(session, event, nowMs);
    case "moving":
      return fromMoving(session, event, nowMs);
    case "ending":
      return fromEnding(session, event, nowMs);
    case "ended":
      return [session, []];
  }
}

function fromQueued(session: QueuedSession, event: SessionEvent, nowMs: number): Step {
  switch (event.type) {
    case "slots-taken":
      return fromLine(session, event, nowMs);
    case "node-appeared": {
      // Who was in the middle of something has a limit of its own.
      if (session.moves > 0) return [session, []];
      const deadlineMs = session.sinceMs + QUEUE_WAIT_MS;
      return session.deadlineMs === deadlineMs ? [session, []] : [{ ...session, deadlineMs }, []];
    }
    case "player-left":
      return endUnplaced(session.played, EndReason.PlayerLeft, undefined, nowMs);
    case "player-lost":
      return [{ ...session, absentUntilMs: nowMs + (session.played ? HOLD_MS : QUEUE_HOLD_MS) }, []];
    case "connected":
    case "player-returned":
      return session.absentUntilMs === undefined ? [session, []] : [{ ...session, absentUntilMs: undefined }, []];
    case "deadline-passed":
      return waitedTooLong(session, nowMs);
    case "server-stopped":
      return endUnplaced(session.played, EndReason.ServerStopped, undefined, nowMs);
    default:
      return [session, []];
  }
}

function fromLine(session: QueuedSession, event: SessionEvent & { type: "slots-taken" }, nowMs: number): Step {
  const { played, moves } = session;
  const { options, startLimitMs } = event;
  const [{ lease }] = options;
  if (options.length === 1) {
    const startUntilMs = nowMs + startLimitMs;
    return [
      { state: "starting", lease, deadlineMs: startUntilMs, startUntilMs, steps: ["placed"], ...heardNow(nowMs), played, moves, stalledAtMs: undefined },
      [{ type: "start-on-node", lease }, { type: "tell-progress", step: "placed" }, { type: "save" }],
    ];
  }
  const candidates = options.map((option) => ({
    ...option,
    steps: [],
    byPlayer: undefined,
    byNode: undefined,
    refused: undefined,
  }));
  return [
    { state: "probing", candidates, queued: session, startLimitMs, deadlineMs: nowMs + PROBE_MS, played, moves },
    candidates.map(({ lease }) => ({ type: "prepare-on-node", lease }) as const),
  ];
}

function waitedTooLong(session: QueuedSession, nowMs: number): Step {
  const { played, deadlineMs, absentUntilMs } = session;
  if (nowMs >= (absentUntilMs ?? Infinity)) return endUnplaced(played, EndReason.PlayerLost, undefined, nowMs);
  // Whoever is away has until then; a slot would be of no use to them.
  if (nowMs < deadlineMs || absentUntilMs !== undefined) return [session, []];
  return session.moves > 0
    ? endUnplaced(played, EndReason.NodeLost, "no other node had a free slot in time", nowMs)
    : endUnplaced(played, EndReason.NoNode, "no node had a free slot in time", nowMs);
}

function fromStarting(session: StartingSession, event: SessionEvent, nowMs: number): Step {
  const { lease, played, moves, steps } = session;
  switch (event.type) {
    case "progressed":
      if (event.epoch !== lease.epoch || steps.includes(event.step)) return [session, []];
      return [{ ...session, ...heardNow(nowMs), steps: [...steps, event.step] }, [{ type: "tell-progress", step: event.step }]];
    case "offered":
      return event.epoch === lease.epoch ? passOffer({ ...session, ...heardNow(nowMs) }, event) : [session, []];
    case "first-frame-shown":
      return [
        { state: "streaming", lease, played: meterOn(played, nowMs), moves: 0, stalledAtMs: undefined },
        [{ type: "save" }],
      ];
    case "player-lost":
      return [{ state: "held", lease, untilMs: nowMs + HOLD_MS, steps, startUntilMs: session.startUntilMs, played, moves }, [{ type: "save" }]];
    case "player-returned":
      return rejoin(session, steps, nowMs);
    case "player-stalled":
      return stalled(session, event.nodeLinked, nowMs);
    case "node-unlinked":
      return unlinked(session, event.nodeId, nowMs);
    case "connected":
      return session.stalledAtMs === undefined ? [session, []] : [{ ...session, stalledAtMs: undefined }, []];
    case "node-silent": {
      // It may have spoken while the answer was on its way.
      if (event.epoch !== lease.epoch || nowMs - session.heardAtMs < NODE_QUIET_MS) return [session, []];
      return placeAgain({ ...session, stalledAtMs: session.stalledAtMs ?? session.heardAtMs }, "node-lost", undefined, nowMs);
    }
    case "deadline-passed":
      if (nowMs >= session.deadlineMs) return endPlaced(session, EndReason.StartTimeout, lastStep(steps), nowMs);
      if (nowMs < session.askAtMs) return [session, []];
      return [{ ...session, askAtMs: nowMs + NODE_QUIET_MS }, [{ type: "ask-node", lease }]];
    case "server-stopped":
      // What was played once survives the server; what never began is not worth finding again.
      return played ? [session, []] : endPlaced(session, EndReason.ServerStopped, undefined, nowMs);
    default:
      return onNode(session, event, nowMs);
  }
}

function fromStreaming(session: StreamingSession, event: SessionEvent, nowMs: number): Step {
  const { lease, played, moves } = session;
  switch (event.type) {
    case "offered":
      return passOffer(session, event);
    case "connected":
    case "first-frame-shown":
      return session.stalledAtMs === undefined ? [session, []] : [{ ...session, stalledAtMs: undefined }, []];
    case "player-stalled":
      return stalled(session, event.nodeLinked, nowMs);
    case "node-unlinked":
      return unlinked(session, event.nodeId, nowMs);
    case "player-lost":
      return [{ state: "held", lease, untilMs: nowMs + HOLD_MS, steps: [], startUntilMs: undefined, played, moves }, [{ type: "save" }]];
    case "player-returned":
      return rejoin(session, [], nowMs);
    case "move-wanted":
      return moveAway(session, event.reason, nowMs);
    default:
      return onNode(session, event, nowMs);
  }
}

function stalled(session: StartingSession | StreamingSession, nodeLinked: boolean, nowMs: number): Step {
  const next = { ...session, stalledAtMs: nowMs };
  return nodeLinked ? [next, []] : placeAgain(next, "node-lost", undefined, nowMs);
}

/** Media stopped and the link went: that is a dead node, not a slow network. */
function unlinked(session: StartingSession | StreamingSession, nodeId: string, nowMs: number): Step {
  const fresh = nowMs - (session.stalledAtMs ?? -Infinity) <= STALL_FRESH_MS;
  return nodeId === session.lease.nodeId && fresh ? placeAgain(session, "node-lost", undefined, nowMs) : [session, []];
}

function fromHeld(session: HeldSession, event: SessionEvent, nowMs: number): Step {
  const { lease, played, moves, steps } = session;
  switch (event.type) {
    case "progressed":
      // Remembered, so that a player who comes back is shown how far it is.
      if (event.epoch !== lease.epoch || steps.includes(event.step)) return [session, []];
      return [{ ...session, steps: [...steps, event.step] }, []];
    case "connected":
      // Only the control socket had died; the media path outlived it and nothing needs to be made anew.
      return played?.runningSinceMs === undefined
        ? [{ state: "starting", lease, ...startLimits(session, nowMs), steps, ...heardNow(nowMs), played, moves, stalledAtMs: undefined }, []]
        : [{ state: "streaming", lease, played, moves, stalledAtMs: undefined }, [{ type: "save" }]];
    case "player-returned":
      return rejoin(session, steps, nowMs);
    case "deadline-passed":
      if (nowMs < session.untilMs) return [session, []];
      return endPlaced(session, EndReason.PlayerLost, undefined, nowMs);
    default:
      return onNode(session, event, nowMs);
  }
}

function fromMoving(session: MovingSession, event: SessionEvent, nowMs: number): Step {
  const { lease, played } = session;
  const goesOn = (): Step => [inLineAgain(session, nowMs, nowMs), [{ type: "release-slot", lease }, { type: "save" }]];
  switch (event.type) {
    case "node-ended":
    case "lease-lost":
      return event.epoch === lease.epoch ? goesOn() : [session, []];
    case "node-lost":
    case "node-unlinked":
      return event.nodeId === lease.nodeId ? goesOn() : [session, []];
    case "deadline-passed":
      return nowMs < session.deadlineMs ? [session, []] : goesOn();
    case "player-left": {
      const end = { reason: EndReason.PlayerLeft, detail: undefined, atMs: nowMs };
      // It was asked to stop already.
      return [{ state: "ending", lease, deadlineMs: session.deadlineMs, end, played }, [{ type: "tell-end", end }, { type: "save" }]];
    }
    case "player-lost":
      return [{ ...session, absentUntilMs: nowMs + HOLD_MS }, []];
    case "connected":
    case "player-returned":
      return [{ ...session, absentUntilMs: undefined }, []];
    default:
      return [session, []];
  }
}

function fromEnding(session: EndingSession, event: SessionEvent, nowMs: number): Step {
  const { lease, end, played } = session;
  const over =
    ((event.type === "node-ended" || event.type === "lease-lost") && event.epoch === lease.epoch) ||
    (event.type === "node-lost" && event.nodeId === lease.nodeId) ||
    (event.type === "deadline-passed" && nowMs >= session.deadlineMs);
  if (!over) return [session, []];
  return [{ state: "ended", end, played }, [{ type: "release-slot", lease }]];
}

/** What may happen to every placed session. */
function onNode(session: PlacedSession, event: SessionEvent, nowMs: number): Step {
  const { lease } = session;
  switch (event.type) {
    case "player-left":
      return endPlaced(session, EndReason.PlayerLeft, undefined, nowMs);
    case "media-unreachable":
      // Of a node that it has left meanwhile.
      if (event.epoch !== lease.epoch) return [session, []];
      if (!event.nodeLinked) return placeAgain(session, "node-lost", event.detail, nowMs);
      return endPlaced(session, EndReason.MediaUnreachable, event.detail, nowMs);
    case "node-ended":
      return event.epoch === lease.epoch ? endedByNode(session, event, nowMs) : [session, []];
    case "node-lost":
      return event.nodeId === lease.nodeId ? placeAgain(session, "node-lost", event.detail, nowMs) : [session, []];
    case "lease-lost": {
      if (event.epoch !== lease.epoch) return [session, []];
      const [after, effects] = placeAgain(session, "node-lost", undefined, nowMs);
      return [after, [{ type: "stop-on-node", lease, reason: EndReason.TakenOver }, ...effects]];
    }
    default:
      return [session, []];
  }
}

function endedByNode(session: PlacedSession, { reason, detail }: SessionEvent & { type: "node-ended" }, nowMs: number): Step {
  // The node is gone or going, not the title: another one takes over where the save is.
  if (reason === EndReason.NodeLost) return placeAgain(session, "node-lost", detail, nowMs);
  if (reason === EndReason.NodeDrained) return placeAgain(session, "node-drained", detail, nowMs);
  return endOnNode(session, reason, detail, nowMs);
}

function passOffer(session: StartingSession | StreamingSession, { epoch, offer }: SessionEvent & { type: "offered" }): Step {
  if (epoch !== session.lease.epoch) return [session, []];
  return [session, [{ type: "tell-offer", epoch, offer, probe: false }]];
}

function rejoin(session: PlacedSession, stepsDone: readonly StartStep[], nowMs: number): Step {
  const { lease, played, moves } = session;
  const stalledAtMs = "stalledAtMs" in session ? session.stalledAtMs : undefined;
  // These belong to the old transports and will happen again.
  const steps = stepsDone.filter((step) => step !== "transports-opened" && step !== "connected");
  return [
    { state: "starting", lease, ...startLimits(session, nowMs), steps, ...heardNow(nowMs), played, moves, stalledAtMs },
    [
      ...steps.map((step) => ({ type: "tell-progress", step }) as const),
      { type: "rejoin-on-node", lease },
      { type: "save" },
    ],
  ];
}

/**
 * Of one who comes back. While the title has not drawn, the node's own limit has to come first: only the node can tell
 * a title that hangs from its own slowness.
 */
function startLimits(session: PlacedSession, nowMs: number): Pick<StartingSession, "deadlineMs" | "startUntilMs"> {
  const startUntilMs = "startUntilMs" in session && !session.steps.includes("first-picture") ? session.startUntilMs : undefined;
  return { deadlineMs: Math.max(nowMs + REJOIN_MS, startUntilMs ?? 0), startUntilMs };
}

function lastStep(steps: readonly StartStep[]): string {
  return `the last step that was done in time: ${steps.at(-1) ?? "none"}`;
}
