// The sessions of one server process and its part in those of the others: puts the
// parts together, and says good-bye when the process stops.

import type { SignalCall, SignalResult } from "@nearframe/shared/protocol/media";
import type { IceServer } from "@nearframe/shared/friends/messages";
import { Id } from "@nearframe/shared/protocol/media";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import type { Cluster } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import type { SessionSaves } from "../saves/ports.ts";
import { createCompanies } from "../shares/companies.ts";
import { steadyTime } from "../steady-time.ts";
import type { SessionStore } from "../store/ports.ts";
import type { PlayerClassStore } from "../store/player-class-ports.ts";
import type { ShareStore } from "../store/share-ports.ts";
import { leaseOf, type Entry } from "./entry.ts";
import { createAdoption } from "./adoption.ts";
import { STRAY_AFTER_MS } from "./limits.ts";
import { createNodeHome } from "./node-home.ts";
import { handleNodeMessages, type NodeMessagePorts } from "./node-messages.ts";
import { ownerSubject, peerSubject, ToOwner, ToPeer } from "./owner-mail.ts";
import { createPlayerClasses } from "./player-classes.ts";
import { createPlayerHome } from "./player-home.ts";
import { handlePlayerMessages } from "./player-messages.ts";
import type { PlayerPeer, SessionNodes, SessionSlots, SessionTelemetry, SessionTitles } from "./ports.ts";
import { createProbeReports } from "./probe-reports.ts";
import { createRemotePeers } from "./remote-peers.ts";
import type { SessionServers } from "./servers.ts";
import type { Lease } from "./session.ts";
import { openSessionDirectory } from "./session-directory.ts";
import { createSessionTable, type SessionTable } from "./session-table.ts";
import { createSessionWriter } from "./session-writer.ts";
import { openSharedLengths } from "./shared-lengths.ts";
import { openSharedLine } from "./shared-line.ts";
import { createSignalRelay } from "./signal-relay.ts";
import { createToNode } from "./to-node.ts";
import { createMoveTrials, type MoveTrials } from "./move-trials.ts";
import { createMoveWatch } from "./move-watch.ts";
import { createUnheard } from "./unheard.ts";

export type SessionPorts = {
  clock: Clock;
  log: Log;
  cluster: Cluster;
  servers: SessionServers;
  nodes: SessionNodes;
  slots: SessionSlots;
  titles: SessionTitles;
  telemetry: SessionTelemetry;
  store: SessionStore & ShareStore & PlayerClassStore;
  saves: SessionSaves;
  /** The node that this player is sent to check, if it is a checker. */
  pinnedNode(playerId: string): string | undefined;
  silencedBy: NodeMessagePorts["silencedBy"];
  newId(): string;
  /** For a link to a session: one that nobody can guess. */
  newCode(): string;
  /** By which browsers in one session find each other. */
  iceServers: readonly IceServer[];
  /** At least 16 characters of A-Z a-z 0-9 _ - that nobody can guess. */
  newNonce(): string;
};

const EMPTY_NODE = "empty-node";

export type Sessions = Awaited<ReturnType<typeof openSessions>>;

/** Resolves when every session of the cluster is known, and those that outlived all processes are held. */
export async function openSessions(ports: SessionPorts, scope: Scope) {
  const { clock, log, cluster, servers, nodes, slots, titles, telemetry, store, saves, pinnedNode, silencedBy, newId, newNonce, newCode, iceServers } = ports;
  const { bus } = cluster;
  // Owned first, closed last: it writes what the others say while they close.
  const writer = createSessionWriter({ store, log }, scope);
  const relay = createSignalRelay(nodes, scope);
  const directory = await openSessionDirectory(
    {
      cluster,
      log,
      isOver: async (sessionId, term) => {
        const record = await store.findSession(sessionId);
        return record !== undefined && (record.end !== undefined || record.term > term);
      },
      events: {
        onDisowned: (sessionId) => disown(sessionId),
        onChanged: (...change) => home?.handleSessionChanged(...change),
      },
    },
    scope,
  );
  const toNode = createToNode({ nodes, saves, titles, log, newNonce });
  let known: SessionTable | undefined;
  const shared = await openSharedLine(
    {
      cluster,
      servers,
      directory,
      log,
      nowMs: steadyTime(clock),
      waitingHere: () => known?.waitingTold() ?? [],
      onChanged: () => known?.handleLineChanged(),
    },
    scope,
  );
  const lengths = await openSharedLengths({ cluster, log, nowMs: steadyTime(clock) }, scope);
  const companies = createCompanies(
    {
      findSession: (sessionId) => known?.find(sessionId),
      nodes, relay, store, log, newId, newCode,
      nowMs: steadyTime(clock),
      iceServers,
    },
    scope,
  );
  let trialsKnown: MoveTrials | undefined;
  const handleTurn = (entry: Entry): void => {
    companies.handleTurn(entry);
    trialsKnown?.handleTurn(entry);
  };
  const table = createSessionTable(
    { onTurn: handleTurn, clock, log, nodes, slots, directory, shared, lengths, titles, toNode, writer, relay, telemetry },
    scope,
  );
  known = table;
  const trials = (trialsKnown = createMoveTrials({ table, toNode, slots, log }, scope));
  const probes = createProbeReports({ hear: (entry, event) => void (trials.take(entry, event) || table.apply(entry, event)), toNode, nodes });
  const classes = createPlayerClasses({ table, store, log });
  const unheard = createUnheard(steadyTime(clock));
  const fromPlayers = handlePlayerMessages({
    table,
    relay,
    probes,
    writer,
    nodes,
    directory,
    giveUpElsewhere,
    titles,
    telemetry,
    store,
    companies,
    classes,
    pinnedNode,
    log,
    newId,
  });
  const moves = createMoveWatch({ table, trials });
  const fromNodes = handleNodeMessages({ table, relay, probes, toNode, telemetry, companies, moves, trials, silencedBy, isStray });
  const remotePeers = createRemotePeers({ bus, onClosed: fromPlayers.handlePeerClosed });
  let home: ReturnType<typeof createPlayerHome> | undefined;
  const playerHome = (home = createPlayerHome(
    { bus, servers, directory, shares: store, unheard, local: fromPlayers, log, nowMs: table.nowMs, newId },
    scope,
  ));
  const nodeHome = createNodeHome({ bus, servers, directory, unheard, local: fromNodes, forgetReported: nodes.forgetReported });
  const adoption = createAdoption({ clock, log, servers, directory, table, writer, slots, nodes, titles, store, classes, pinnedNode }, scope);
  const straysSinceMs = new Map<string, number>();

  await bus.subscribe(EMPTY_NODE, z.object({ nodeId: Id }), ({ nodeId }) => moves.emptyNode(nodeId), scope);
  await bus.subscribe(ownerSubject(servers.serverId), ToOwner, handleMail, scope);
  await bus.subscribe(peerSubject(servers.serverId), ToPeer, playerHome.handleMail, scope);
  await adoption.restore();

  // In whatever session of the player's it happened: whoever looks at a screen now is told.
  saves.listen(
    {
      onDiverged({ playerId, titleId }) {
        for (const peer of new Set(table.ofPlayer(playerId).map((entry) => entry.peer))) {
          peer?.send({ type: "saves.diverged", titleId });
        }
      },
    },
    scope,
  );

  function giveUpElsewhere(playerId: string, sessionId: string): void {
    const ownerId = directory.ownerOf(sessionId);
    if (ownerId === undefined) return;
    if (ownerId === servers.serverId) return fromPlayers.handleGivenUp(playerId, sessionId);
    unheard.keep({ sessionId, by: playerId, until: "over", again: () => giveUpElsewhere(playerId, sessionId) });
    bus.publish(ownerSubject(ownerId), { type: "given-up", playerId, sessionId } satisfies ToOwner);
  }

  /** Others may have heard that the session is here before this process has. */
  function handleMail(letter: ToOwner): void | Promise<void> {
    const sessionId = sessionOf(letter);
    const arriving = sessionId === undefined ? undefined : directory.arriving(sessionId);
    return arriving ? arriving.then(() => (scope.closed ? undefined : handleLetter(letter))) : handleLetter(letter);
  }

  function handleLetter(letter: ToOwner): void | Promise<void> {
    switch (letter.type) {
      case "from-player":
        return isSessionMessage(letter.message)
          ? fromPlayers.handle(remotePeers.peerOf(letter.peer), letter.message, letter.sessionId)
          : undefined;
      case "player-attached":
        return fromPlayers.handleAttached(remotePeers.peerOf(letter.peer), letter.sessionId);
      case "peer-closed":
        return remotePeers.close(letter.homeId, letter.peerId);
      case "given-up":
        return fromPlayers.handleGivenUp(letter.playerId, letter.sessionId);
      case "from-node":
        return "sessionId" in letter.message ? fromNodes.handle(letter.nodeId, letter.message) : undefined;
      case "node-reported":
        return letter.linked
          ? fromNodes.handleLinked(letter.nodeId, letter.sessions)
          : fromNodes.handleReported(letter.nodeId, letter.sessions);
    }
  }

  /** Another process has it: here it is as if it had never been. Nothing is told and nothing is stopped. */
  function disown(sessionId: string): void {
    const entry = table.find(sessionId);
    if (!entry) return;
    log.warn({ sessionId, ownerId: directory.ownerOf(sessionId) }, "session taken over by another server");
    relay.dropSession(sessionId);
    companies.drop(sessionId);
    table.drop(entry);
  }

  /** The slot is somebody else's by the cluster's word; perhaps with the session, which is then nothing to end. */
  async function handleLeaseLost({ epoch }: Pick<Lease, "epoch">, sessionId: string): Promise<void> {
    const entry = table.find(sessionId);
    if (!entry) return;
    try {
      if (await directory.isMine(sessionId)) table.apply(entry, { type: "lease-lost", epoch });
    } catch (error) {
      if (!scope.closed) log.warn({ sessionId, error }, "whose session this is can't be known now; it goes on");
    }
  }

  /** Alone, what this process does not know is nobody's. Among others it may be news that is on its way. */
  function isStray(sessionId: string): boolean {
    if (directory.find(sessionId)) return false;
    if (servers.rank(sessionId, "").length <= 1 && cluster.connected) return true;
    const nowMs = clock.monotonicMs();
    const sinceMs = straysSinceMs.get(sessionId) ?? nowMs;
    if (straysSinceMs.size < 10_000) straysSinceMs.set(sessionId, sinceMs);
    if (!cluster.connected || nowMs - sinceMs < STRAY_AFTER_MS) return false;
    straysSinceMs.delete(sessionId);
    return true;
  }

  /** A process of the cluster has come. */
  function handleServersChanged(): void {
    playerHome.handleServersChanged();
    adoption.sweep();
  }

  /** A process is gone: with it its players' sockets, for now, and the owner of its sessions. */
  function handleServerGone(serverId: string): void {
    remotePeers.closeHome(serverId);
    playerHome.handleServerGone(serverId);
    adoption.sweep();
  }

  /**
   * Ends what has not begun, and leaves what is being played to run on without a
   * server. Where other processes live nothing ends: they take it over.
   */
  function stop(): void {
    if (servers.rank("", "").length > 1) return;
    for (const entry of table.all()) table.apply(entry, { type: "server-stopped" });
  }

  /** For a program with a player's leave; undefined unless the session is this process's, and runs. */
  function askNode(sessionId: string, call: SignalCall): Promise<SignalResult> | undefined {
    const entry = table.find(sessionId);
    const lease = entry && leaseOf(entry.session);
    if (!lease) return undefined;
    return new Promise((resolve) => {
      const peer: PlayerPeer = {
        playerId: entry.playerId, tabId: undefined, place: entry.place,
        send: (message) => message.type === "session.signal.reply" && resolve(message.result),
      };
      relay.call(peer, sessionId, lease.epoch, lease.nodeId, 0, call);
    });
  }

  return {
    askNode,
    players: {
      open: playerHome.open,
      handle: playerHome.handle,
      handlePeerClosed: playerHome.handlePeerClosed,
      heldBy: playerHome.heldBy,
    },
    nodes: { ...nodeHome, handleUnlinked: fromNodes.handleUnlinked, handleLost: fromNodes.handleLost },
    placeQueued: table.placeQueued,
    /** Whoever owns them moves the sessions that are played there. */
    emptyNode: (nodeId: string): void => bus.publish(EMPTY_NODE, { nodeId }),
    /** Whether the session has, or may have, a slot of the node. */
    holds: (sessionId: string, nodeId: string): boolean =>
      table.find(sessionId) !== undefined || directory.find(sessionId)?.nodeIds.includes(nodeId) === true,
    handleLeaseLost,
    handleServersChanged,
    handleServerGone,
    stop,
  };
}

function isSessionMessage(message: { type: string }): message is Parameters<ReturnType<typeof handlePlayerMessages>["handle"]>[1] {
  return "sessionId" in message || "titleId" in message || message.type === "guest.join";
}

/** What the letter is about. Of a report of several it says nothing: those that are on their way come with the next. */
function sessionOf(letter: ToOwner): string | undefined {
  if ("sessionId" in letter) return letter.sessionId;
  return "message" in letter && "sessionId" in letter.message ? letter.message.sessionId : undefined;
}
