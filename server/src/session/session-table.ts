// All sessions of this server: runs the machine of `transition.ts` on each and
// carries out its effects. Knows no sockets and no message formats of players'
// requests; `player-messages.ts` and `node-messages.ts` bring those here.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import { START_TIMEOUT_S_DEFAULT, type Runtime, type Title } from "@nearframe/shared/title/manifest";
import type { Log } from "../log.ts";
import { chooseNode } from "../placement/choose-node.ts";
import type { SessionSaves } from "../saves/ports.ts";
import { steadyTime } from "../steady-time.ts";
import type { SessionRecord, SessionTurn } from "../store/ports.ts";
import { NODE_WAIT_MS, QUEUE_WAIT_MS, START_MARGIN_MS, TURNS_PER_SESSION_MAX } from "./limits.ts";
import type { PlayedSession, PlayerPeer, SessionNodes, SessionTelemetry } from "./ports.ts";
import type { SessionWriter } from "./session-writer.ts";
import type { SignalRelay } from "./signal-relay.ts";
import { createSessionQueue, type Placing } from "./session-queue.ts";
import { deadlineOf, queuedSession, transition, type Session, type SessionEffect, type SessionEvent } from "./transition.ts";

/** A session and what belongs to it in this process. */
export type Entry = {
  readonly id: string;
  readonly playerId: string;
  readonly title: Title;
  readonly requestedAtMs: number;
  /** Of the player's present device; a resume may bring another. */
  device: Device;
  session: Session;
  /** Of the lease on its node, or of the last one. */
  epoch: number;
  /** The socket that the session is played on; undefined while it is lost. */
  peer: PlayerPeer | undefined;
  timer: NodeJS.Timeout | undefined;
  turnCount: number;
  /** Not yet given to the writer. */
  turns: SessionTurn[];
};

export type SessionFacts = Pick<Entry, "id" | "playerId" | "title" | "device" | "requestedAtMs">;

export type SessionTablePorts = {
  clock: Clock;
  log: Log;
  nodes: SessionNodes;
  writer: SessionWriter;
  relay: SignalRelay;
  telemetry: Pick<SessionTelemetry, "endSession">;
  saves: Pick<SessionSaves, "grant">;
};

export type SessionTable = ReturnType<typeof createSessionTable>;

export function createSessionTable(ports: SessionTablePorts, scope: Scope) {
  const { clock, log, nodes, writer, relay, telemetry, saves } = ports;
  const nowMs = steadyTime(clock);
  const entries = new Map<string, Entry>();
  const byPlayer = new Map<string, Set<Entry>>();
  let lastEpoch = 0;
  const queue = createSessionQueue({ place, kindOf: runtimeOf, tellPosition });
  scope.own(entries, () => {
    for (const entry of entries.values()) clearTimeout(entry.timer);
    entries.clear();
    byPlayer.clear();
  });

  /** A new session, in line. `placeQueued` is the caller's next step, after it has answered the player. */
  function open(facts: SessionFacts, peer: PlayerPeer): Entry {
    scope.signal.throwIfAborted();
    const choice = chooseNode(nodes.candidates(), { runtime: runtimeOf(facts) });
    const hopeful = choice.type === "chosen" || choice.canRun;
    const session = queuedSession(nowMs(), hopeful ? QUEUE_WAIT_MS : NODE_WAIT_MS);
    const entry: Entry = { ...facts, session, epoch: newEpoch(), peer, timer: undefined, turnCount: 0, turns: [] };
    adopt(entry);
    queue.add(entry);
    addTurn(entry, "requested");
    save(entry);
    log.info({ sessionId: entry.id, playerId: entry.playerId, titleId: titleIdOf(entry) }, "session requested");
    return entry;
  }

  /** Grows over restarts of this process too, because it is the time. */
  function newEpoch(): number {
    return (lastEpoch = Math.max(1, Math.floor(nowMs()), lastEpoch + 1));
  }

  /** Takes in a session whose state is known already: a new one, or one that outlived a server process. */
  function adopt(entry: Entry): void {
    entries.set(entry.id, entry);
    const siblings = byPlayer.get(entry.playerId) ?? new Set();
    byPlayer.set(entry.playerId, siblings.add(entry));
    armTimer(entry);
  }

  function apply(entry: Entry, event: SessionEvent): void {
    if (scope.closed) return;
    const before = entry.session;
    const [after, effects] = transition(before, event, nowMs());
    entry.session = after;
    if (after !== before) {
      armTimer(entry);
      addTurn(entry, event.type === "progressed" ? event.step : event.type);
      logTurn(entry, before, event);
    }
    if (after.state !== "queued") queue.delete(entry);
    for (const effect of effects) perform(entry, effect);
    if (after.state === "ended") forget(entry);
    const lineMoved = before.state === "queued" && after.state !== "queued";
    if (lineMoved || effects.some((effect) => effect.type === "release-slot")) queue.settle();
  }

  function perform(entry: Entry, effect: SessionEffect): void {
    const sessionId = entry.id;
    switch (effect.type) {
      case "tell-progress":
        return entry.peer?.send({ type: "session.progress", sessionId, step: effect.step });
      case "tell-offer":
        return entry.peer?.send({ type: "session.offer", sessionId, epoch: entry.epoch, offer: effect.offer });
      case "tell-end": {
        relay.dropSession(sessionId);
        telemetry.endSession(sessionId);
        const { reason, detail } = effect.end;
        return entry.peer?.send({ type: "session.ended", sessionId, reason, ...(detail !== undefined && { detail }) });
      }
      case "start-on-node": {
        const { epoch, playerId, title, device } = entry;
        const grant = saves.grant({ sessionId, epoch, playerId, title });
        return sendToNode(effect.nodeId, {
          type: "session.start",
          sessionId,
          epoch,
          playerId,
          title,
          device,
          ...(grant && { save: grant }),
        });
      }
      case "rejoin-on-node":
        return sendToNode(effect.nodeId, { type: "session.rejoin", sessionId, epoch: entry.epoch, device: entry.device });
      case "stop-on-node":
        return sendToNode(effect.nodeId, { type: "session.stop", sessionId, epoch: entry.epoch, reason: effect.reason });
      case "release-slot":
        // How it ended goes into the node's record.
        if ("end" in entry.session) nodes.noteSessionEnded(effect.nodeId, entry.session.end.reason);
        return nodes.releaseSlot(effect.nodeId, sessionId);
      case "save":
        return save(entry);
    }
  }

  /** A node whose link is down misses the message; its sessions are compared when it is back. */
  function sendToNode(nodeId: string, message: Parameters<SessionNodes["send"]>[1]): void {
    if (!nodes.send(nodeId, message)) log.debug({ nodeId, type: message.type }, "node missed a message");
  }

  function place(entry: Entry): Placing {
    if (entry.session.state !== "queued" || entry.session.absentUntilMs !== undefined) return "not-now";
    const choice = chooseNode(nodes.candidates(), { runtime: runtimeOf(entry) });
    if (choice.type === "none") return "no-slot";
    const startLimitMs = (entry.title.manifest.startTimeoutS ?? START_TIMEOUT_S_DEFAULT) * 1000 + START_MARGIN_MS;
    nodes.takeSlot(choice.nodeId, entry.id);
    apply(entry, { type: "node-assigned", nodeId: choice.nodeId, startLimitMs });
    return "placed";
  }

  function tellPosition(entry: Entry, position: number): void {
    entry.peer?.send({ type: "session.queued", sessionId: entry.id, position });
  }

  function armTimer(entry: Entry): void {
    clearTimeout(entry.timer);
    const deadlineMs = deadlineOf(entry.session);
    entry.timer =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => {
            apply(entry, { type: "deadline-passed" });
            // Timers may fire a moment early by this clock; then the machine waits on.
            if (deadlineOf(entry.session) === deadlineMs && entries.has(entry.id)) armTimer(entry);
          }, Math.max(1, deadlineMs - nowMs()));
  }

  function addTurn(entry: Entry, event: string): void {
    if (entry.turnCount >= TURNS_PER_SESSION_MAX) return;
    entry.turns.push({ sessionId: entry.id, ordinal: entry.turnCount++, atMs: nowMs(), event, state: entry.session.state });
  }

  function save(entry: Entry): void {
    writer.write(recordOf(entry), entry.turns);
    entry.turns = [];
  }

  function logTurn(entry: Entry, before: Session, event: SessionEvent): void {
    const { session } = entry;
    const fields = { sessionId: entry.id, nodeId: nodeOf(session), event: event.type, from: before.state };
    if (session.state === before.state) return log.debug(fields, `session ${session.state}`);
    const end = session.state === "ended" || session.state === "ending" ? session.end : undefined;
    log.info({ ...fields, ...(end && { reason: end.reason, detail: end.detail }) }, `session ${session.state}`);
  }

  function forget(entry: Entry): void {
    clearTimeout(entry.timer);
    entries.delete(entry.id);
    const siblings = byPlayer.get(entry.playerId);
    siblings?.delete(entry);
    if (siblings?.size === 0) byPlayer.delete(entry.playerId);
  }

  return {
    open,
    adopt,
    apply,
    nowMs,
    newEpoch,
    find: (sessionId: string): Entry | undefined => entries.get(sessionId),
    ofPlayer: (playerId: string): Entry[] => [...(byPlayer.get(playerId) ?? [])],
    onNode: (nodeId: string): Entry[] => [...entries.values()].filter((entry) => nodeOf(entry.session) === nodeId),
    all: (): Entry[] => [...entries.values()],
    placeQueued: () => queue.settle(),
    /** The next settling tells this session its place again, changed or not. */
    repeatPosition: (entry: Entry) => queue.repeatPosition(entry),
    get queueLength(): number {
      return queue.length;
    },
  };
}

export function nodeOf(session: Session): string | undefined {
  return "nodeId" in session ? session.nodeId : undefined;
}

/** Undefined unless the player sees it now. */
export function playedSession({ id, session }: Entry): PlayedSession | undefined {
  if (session.state !== "streaming") return undefined;
  return { sessionId: id, nodeId: session.nodeId, playedSinceMs: session.playedSinceMs };
}

function runtimeOf({ title }: Pick<Entry, "title">): Runtime {
  return title.manifest.runtime;
}

export function titleIdOf(entry: Pick<Entry, "title">): string {
  return entry.title.manifest.id;
}

function recordOf(entry: Entry): SessionRecord {
  const { session } = entry;
  return {
    id: entry.id,
    playerId: entry.playerId,
    titleId: titleIdOf(entry),
    device: entry.device,
    state: session.state,
    nodeId: nodeOf(session),
    requestedAtMs: entry.requestedAtMs,
    playedSinceMs: "playedSinceMs" in session ? session.playedSinceMs : undefined,
    end: "end" in session ? session.end : undefined,
  };
}
