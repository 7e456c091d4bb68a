// The sessions that this process owns: runs the machine of `transition.ts` on each
// and carries out its effects. Knows no sockets and no message formats of players'
// requests; `player-messages.ts` and `node-messages.ts` bring those here.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Log } from "../log.ts";
import { steadyTime } from "../steady-time.ts";
import { leaseOf, newEntry, nodeOf, recordOf, startLimitMsOf, titleIdOf, toldOf, type Entry, type SessionFacts } from "./entry.ts";
import { createLine, type Holding, type Placing } from "./line.ts";
import { EXCLUDED_MS, NODE_WAIT_MS, PLACE_AGAIN_MS, RELAX_EVERY_MS, TURNS_PER_SESSION_MAX } from "./limits.ts";
import type { NodeComparison, PlayerPeer, SessionNodes, SessionSlots, SessionTelemetry, SessionTitles, SlotChoice, SlotNeed } from "./ports.ts";
import { deadlineOf, leasesOf, queuedSession, type Lease, type Session } from "./session.ts";
import type { SessionDirectory } from "./session-directory.ts";
import type { Option, SessionEffect, SessionEvent } from "./session-events.ts";
import type { SessionWriter } from "./session-writer.ts";
import type { SharedLengths } from "./shared-lengths.ts";
import type { SharedLine, WaitingElsewhere, WaitingTold } from "./shared-line.ts";
import type { SignalRelay } from "./signal-relay.ts";
import type { ToNode } from "./to-node.ts";
import { transition } from "./transition.ts";
import { createWaitTimes } from "./wait-times.ts";
import { createWholeLine, waitingTold } from "./whole-line.ts";

export type SessionTablePorts = {
  clock: Clock;
  log: Log;
  nodes: Pick<SessionNodes, "noteSessionEnded" | "answers">;
  slots: SessionSlots;
  directory: Pick<SessionDirectory, "publish" | "remove" | "placedElsewhere">;
  /** Who waits at the other processes. */
  shared: SharedLine;
  /** How long sessions lasted, here and elsewhere. */
  lengths: SharedLengths;
  titles: Pick<SessionTitles, "find">;
  toNode: ToNode;
  writer: SessionWriter;
  relay: SignalRelay;
  telemetry: Pick<SessionTelemetry, "endSession">;
  /** Something has become of the session, or of who plays it. */
  onTurn(entry: Entry): void;
};

export type SessionTable = ReturnType<typeof createSessionTable>;

export function createSessionTable(ports: SessionTablePorts, scope: Scope) {
  const { clock, log, nodes, slots, directory, shared, lengths, titles, toNode, writer, relay, telemetry } = ports;
  const nowMs = steadyTime(clock);
  const entries = new Map<string, Entry>();
  const byPlayer = new Map<string, Set<Entry>>();
  const whole = createWholeLine({ entries, shared, directory, titles, nowMs });
  const line = createLine<Entry, WaitingElsewhere>({ order: whole.order, place, hold, noteHeld, giveHope, tellPosition });
  const waits = createWaitTimes({ nowMs, lengths, runningSinceMs: whole.runningSinceMs });
  let settling: NodeJS.Timeout | undefined;
  // Limits relax with waiting, which nothing else tells of.
  const relaxing = setInterval(() => {
    if (line.length > 0) settle();
  }, RELAX_EVERY_MS);
  scope.own(entries, () => {
    clearInterval(relaxing);
    clearTimeout(settling);
    for (const entry of entries.values()) clearTimeout(entry.timer);
    entries.clear();
    byPlayer.clear();
  });

  /** A new session, in line. `placeQueued` is the caller's next step, after it has answered the player. */
  function open(facts: SessionFacts, peer: PlayerPeer): Entry {
    scope.signal.throwIfAborted();
    const entry = newEntry(facts, queuedSession(nowMs(), NODE_WAIT_MS));
    entry.peer = peer;
    adopt(entry);
    addTurn(entry, "requested");
    save(entry);
    log.info({ sessionId: entry.id, playerId: entry.playerId, titleId: titleIdOf(entry) }, "session requested");
    return entry;
  }

  /** Takes in a session whose state is known already: a new one, or one that outlived its last owner. */
  function adopt(entry: Entry): void {
    entries.set(entry.id, entry);
    const siblings = byPlayer.get(entry.playerId) ?? new Set();
    byPlayer.set(entry.playerId, siblings.add(entry));
    directory.publish(entry.id, toldOf(entry));
    if (entry.session.state === "queued") line.add(entry);
    armTimer(entry);
  }

  function apply(entry: Entry, event: SessionEvent): void {
    if (scope.closed) return;
    const before = entry.session;
    const [after, effects] = transition(before, event, nowMs());
    entry.session = after;
    entry.lastLease = leaseOf(after) ?? entry.lastLease;
    if (after !== before) {
      armTimer(entry);
      // That a node was asked whether it is there is no turn of the session's.
      if (event.type !== "deadline-passed" || after.state !== before.state) {
        addTurn(entry, event.type === "progressed" ? event.step : event.type);
        logTurn(entry, before, event);
      }
    }
    if (event.type === "node-lost" || event.type === "node-silent" || event.type === "node-ended") rememberFailure(entry, before);
    if (after.state !== "queued") line.delete(entry);
    else if (before.state !== "queued") line.add(entry);
    for (const effect of effects) perform(entry, effect);
    ports.onTurn(entry);
    if (after.state === "ended") forget(entry);
    else directory.publish(entry.id, toldOf(entry));
    const lineMoved = (before.state === "queued") !== (after.state === "queued");
    if (lineMoved || effects.some((effect) => effect.type === "release-slot")) settle();
  }

  function perform(entry: Entry, effect: SessionEffect): void {
    const sessionId = entry.id;
    switch (effect.type) {
      case "tell-progress":
        return entry.peer?.send({ type: "session.progress", sessionId, step: effect.step });
      case "tell-offer":
        return entry.peer?.send(toNode.offerFor(entry, effect));
      case "tell-chosen":
        return entry.peer?.send({ type: "session.chosen", sessionId, epoch: effect.epoch });
      case "tell-moving":
        entry.peer?.send({ type: "session.moving", sessionId, reason: effect.reason });
        // After it: what was asked of the old node fails because of it, which is no news by then.
        return relay.dropSession(sessionId);
      case "tell-end": {
        relay.dropSession(sessionId);
        entry.told = telemetry.endSession(sessionId);
        const { reason, detail } = effect.end;
        return entry.peer?.send({ type: "session.ended", sessionId, reason, ...(detail !== undefined && { detail }) });
      }
      case "prepare-on-node":
        return toNode.prepare(entry, effect.lease);
      case "start-on-node":
        slots.keep(effect.lease, sessionId);
        return toNode.start(entry, effect.lease);
      case "rejoin-on-node":
        return toNode.rejoin(entry, effect.lease);
      case "stop-on-node":
        return toNode.stop(sessionId, effect.lease, effect.reason);
      case "ask-node":
        return void nodes.answers(effect.lease.nodeId).then((there) => {
          if (!there && entries.get(sessionId) === entry) apply(entry, { type: "node-silent", epoch: effect.lease.epoch });
        });
      case "release-slot":
        noteLeft(entry, effect.lease);
        toNode.forget(sessionId, effect.lease);
        return slots.release(effect.lease, sessionId);
      case "save":
        return save(entry);
    }
  }

  /** How a session left its node goes into the node's record; a candidate that was not taken says nothing. */
  function noteLeft({ session, lastLease, pinnedNodeId }: Entry, { nodeId, epoch }: Lease): void {
    // Checks have a record of their own.
    if (lastLease?.epoch !== epoch || pinnedNodeId !== undefined) return;
    if ("end" in session) nodes.noteSessionEnded(nodeId, session.end.reason);
    else if (session.state === "queued" && session.moves > 0) nodes.noteSessionEnded(nodeId, EndReason.NodeLost);
  }

  function settle(): void {
    line.settle();
    shared.changed(line.length);
  }

  function place(entry: Entry): Placing {
    if (entry.session.state !== "queued" || entry.session.absentUntilMs !== undefined) return "not-now";
    const choice = chooseFor(entry, entry.session.sinceMs);
    if (choice.type === "none") return choice.canRun ? "no-slot" : "no-node";
    void choice.take().then((options) => assign(entry, options));
    return "placing";
  }

  /** One at another process, who comes before some of ours: its slot is left to it, unless its process is too slow. */
  function hold(other: WaitingElsewhere): Holding {
    const { titleId, sessionId, sinceMs, policy, failedNodeIds, place: { address, timeZone } } = other;
    const title = titles.find(titleId);
    if (!title || other.now === "away" || shared.isSlow(other.serverId)) return { type: "not-now" };
    const need = { sessionId, title, place: { address, timeZone }, policy, waitingSinceMs: sinceMs, excludedNodeIds: failedNodeIds };
    const choice = chooseFrom(need);
    if (choice.type === "none") return { type: choice.canRun ? "no-slot" : "no-node" };
    // Another look, should it not take what it could.
    settleLater();
    return { type: "held", release: choice.leave };
  }

  function noteHeld(others: readonly WaitingElsewhere[]): void {
    shared.noteYielded(new Set(others.map((other) => other.serverId)));
  }

  function assign(entry: Entry, options: readonly Option[]): void {
    line.settled(entry);
    const [best, ...others] = options;
    // Somebody else was faster everywhere, or the cluster does not answer.
    if (!best) return settleLater();
    if (scope.closed) for (const { lease } of options) slots.release(lease, entry.id);
    else apply(entry, { type: "slots-taken", options: [best, ...others], startLimitMs: startLimitMsOf(entry.title) });
  }

  function settleLater(): void {
    if (scope.closed) return;
    settling ??= setTimeout(() => {
      settling = undefined;
      settle();
    }, PLACE_AGAIN_MS);
  }

  function chooseFor(entry: Entry, waitingSinceMs: number): SlotChoice {
    return chooseFrom(needOf(entry, waitingSinceMs));
  }

  function needOf({ id: sessionId, title, place, peer, policy, failed, measuredRttMs, pinnedNodeId }: Entry, waitingSinceMs: number): SlotNeed {
    const excludedSinceMs = nowMs() - EXCLUDED_MS;
    const excludedNodeIds = [...failed].flatMap(([nodeId, atMs]) => (atMs > excludedSinceMs ? [nodeId] : []));
    // What is known of where the player is may have grown since the request.
    return { sessionId, title, place: peer?.place ?? place, policy, waitingSinceMs, excludedNodeIds, measuredRttMs, pinnedNodeId };
  }

  /** How else the session could be served now. */
  const compare = (entry: Entry, nodeId: string, rttMs: number): NodeComparison => slots.compare(needOf(entry, nowMs()), nodeId, rttMs);

  const judge = (entry: Entry, nodeId: string, rttMs: number): number => slots.judge(needOf(entry, nowMs()), nodeId, rttMs);
  const takeAside = (entry: Entry, nodeId: string): Promise<Option | undefined> => slots.takeAside(needOf(entry, nowMs()), nodeId);

  /** A node that failed it is better than none: it may have come up again. */
  function chooseFrom(need: SlotNeed): SlotChoice {
    const choice = slots.choose(need);
    return choice.type === "chosen" || need.excludedNodeIds.length === 0 ? choice : slots.choose({ ...need, excludedNodeIds: [] });
  }

  function rememberFailure(entry: Entry, before: Session): void {
    const held = new Set(leasesOf(entry.session));
    for (const lease of leasesOf(before)) if (!held.has(lease)) entry.failed.set(lease.nodeId, nowMs());
  }

  function giveHope(entry: Entry): void {
    apply(entry, { type: "node-appeared" });
  }

  function tellPosition(entry: Entry, position: number): void {
    const { runtime } = entry.title.manifest;
    const waitMs = waits.waitMs(runtime, position, () => whole.agesOf(runtime));
    entry.peer?.send({ type: "session.queued", sessionId: entry.id, position, ...(waitMs !== undefined && { waitMs }) });
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
    const { session } = entry;
    if (session.played && "end" in session && entry.pinnedNodeId === undefined) lengths.observe(session.end.atMs - session.played.sinceMs);
    directory.remove(entry.id);
    drop(entry);
  }

  /** Nothing of it is this process's any more. */
  function drop(entry: Entry): void {
    clearTimeout(entry.timer);
    line.delete(entry);
    entries.delete(entry.id);
    shared.changed(line.length);
    const siblings = byPlayer.get(entry.playerId);
    siblings?.delete(entry);
    if (siblings?.size === 0) byPlayer.delete(entry.playerId);
  }

  return {
    open,
    adopt,
    apply,
    drop,
    compare,
    judge,
    takeAside,
    nowMs,
    find: (sessionId: string): Entry | undefined => entries.get(sessionId),
    ofPlayer: (playerId: string): Entry[] => [...(byPlayer.get(playerId) ?? [])],
    onNode: (nodeId: string): Entry[] =>
      [...entries.values()].filter(({ session }) => leasesOf(session).some((lease) => lease.nodeId === nodeId)),
    all: (): Entry[] => [...entries.values()],
    placeQueued: settle,
    /** Who waits here, for the other processes. */
    waitingTold: (): WaitingTold[] =>
      line.all().flatMap((entry) => waitingTold(entry, line.isPlacing(entry)) ?? []),
    /** The line at another process is not what it was. */
    handleLineChanged(): void {
      if (line.length > 0) settleLater();
    },
    /** The next settling tells this session its place again, changed or not. */
    repeatPosition: (entry: Entry) => line.repeatPosition(entry),
    get queueLength(): number {
      return line.length;
    },
  };
}
