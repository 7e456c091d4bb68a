// A session whose player measures several nodes: each report is judged as it
// comes, and the best candidate is taken when all have told or the time is over.

import { EndReason } from "@nearframe/shared/session/end-reasons";
import { chooseCandidate } from "../probing/choose-candidate.ts";
import { refuseProbe } from "../probing/refuse-probe.ts";
import { MOVE_WAIT_MS, QUEUE_HOLD_MS } from "./limits.ts";
import { heardNow, type Candidate, type ProbingSession, type QueuedSession } from "./session.ts";
import type { SessionEffect, SessionEvent, Step } from "./session-events.ts";
import { endUnplaced, giveBack } from "./session-ends.ts";

export function fromProbing(session: ProbingSession, event: SessionEvent, nowMs: number): Step {
  const { candidates, queued } = session;
  switch (event.type) {
    case "offered":
      if (!candidates.some(({ lease }) => lease.epoch === event.epoch)) return [session, []];
      return [session, [{ type: "tell-offer", epoch: event.epoch, offer: event.offer, probe: true }]];
    case "progressed":
      return [change(session, event.epoch, (candidate) => ({ ...candidate, steps: [...candidate.steps, event.step] })), []];
    case "probed":
      return chooseIfComplete(change(session, event.epoch, (candidate) => report(candidate, event)), nowMs);
    case "probe-refused":
      return chooseIfComplete(change(session, event.epoch, (candidate) => ({ ...candidate, refused: event.why })), nowMs);
    case "node-ended":
      return drop(session, ({ lease }) => lease.epoch === event.epoch, nowMs);
    case "lease-lost":
      return drop(session, ({ lease }) => lease.epoch === event.epoch, nowMs);
    case "node-lost":
    case "node-unlinked":
      return drop(session, ({ lease }) => lease.nodeId === event.nodeId, nowMs);
    case "player-left":
      return leave(session, EndReason.PlayerLeft, nowMs);
    case "server-stopped":
      return leave(session, EndReason.ServerStopped, nowMs);
    case "player-lost":
      return [{ ...queued, absentUntilMs: nowMs + QUEUE_HOLD_MS }, giveBack(candidates)];
    case "player-returned":
      // Another socket: what the first one had begun to connect is of no use to it.
      return [queued, giveBack(candidates)];
    case "deadline-passed":
      return nowMs < session.deadlineMs ? [session, []] : choose(session, nowMs);
    default:
      return [session, []];
  }
}

function change(session: ProbingSession, epoch: number, to: (candidate: Candidate) => Candidate): ProbingSession {
  return {
    ...session,
    candidates: session.candidates.map((candidate) => (candidate.lease.epoch === epoch ? to(candidate) : candidate)),
  };
}

/** Each end is heard once; what the two say is believed only together. */
export function report<C extends Pick<Candidate, "lightMs" | "byPlayer" | "byNode" | "refused">>(
  candidate: C,
  { by, result }: SessionEvent & { type: "probed" },
): C {
  const told = {
    ...candidate,
    byPlayer: candidate.byPlayer ?? (by === "player" ? result : undefined),
    byNode: candidate.byNode ?? (by === "node" ? result : undefined),
  };
  return { ...told, refused: told.refused ?? refuseProbe(told) };
}

function chooseIfComplete(session: ProbingSession, nowMs: number): Step {
  const complete = session.candidates.every(
    ({ byPlayer, byNode, refused }) => refused !== undefined || (byPlayer !== undefined && byNode !== undefined),
  );
  return complete ? choose(session, nowMs) : [session, []];
}

/** Of the last one left nothing needs to be measured. */
function drop(session: ProbingSession, gone: (candidate: Candidate) => boolean, nowMs: number): Step {
  const lost = session.candidates.filter(gone);
  if (lost.length === 0) return [session, []];
  // What was for this node alone is for none of the others.
  if (lost.some(({ pinned }) => pinned)) {
    const [line] = backInLine(session.queued, nowMs);
    return [line, giveBack(session.candidates)];
  }
  const candidates = session.candidates.filter((candidate) => !gone(candidate));
  const released = lost.map(({ lease }) => ({ type: "release-slot", lease }) as const);
  const left = { ...session, candidates };
  if (candidates.length > 1) return [left, released];
  const [after, effects] = candidates.length === 1 ? choose(left, nowMs) : backInLine(session.queued, nowMs);
  return [after, [...released, ...effects]];
}

function backInLine(queued: QueuedSession, nowMs: number): Step {
  return [{ ...queued, deadlineMs: Math.max(queued.deadlineMs, nowMs + MOVE_WAIT_MS) }, []];
}

function choose(session: ProbingSession, nowMs: number): Step {
  const winner = session.candidates.find(({ pinned }) => pinned) ?? chooseCandidate(session.candidates);
  const { lease } = winner;
  const others = session.candidates.filter((candidate) => candidate !== winner);
  const steps = [...new Set(["placed", ...winner.steps] as const)];
  const told: SessionEffect[] = steps.map((step) => ({ type: "tell-progress", step }));
  return [
    {
      state: "starting",
      lease,
      stalledAtMs: undefined,
      deadlineMs: nowMs + session.startLimitMs,
      startUntilMs: nowMs + session.startLimitMs,
      steps,
      ...heardNow(nowMs),
      played: session.played,
      moves: session.moves,
    },
    [{ type: "start-on-node", lease }, { type: "tell-chosen", epoch: lease.epoch }, ...told, ...giveBack(others), { type: "save" }],
  ];
}

function leave({ candidates, played }: ProbingSession, reason: EndReason, nowMs: number): Step {
  const [after, effects] = endUnplaced(played, reason, undefined, nowMs);
  return [after, [...giveBack(candidates), ...effects]];
}
