// What players ask of sessions. Each message is checked here against who may
// ask it; what it does to the session is the machine's business.

import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import type { Companies } from "../shares/companies.ts";
import type { SessionStore } from "../store/ports.ts";
import { leaseKnown, leaseOf, playedSession, sessionTitle, titleIdOf, type Entry, type SessionFacts } from "./entry.ts";
import { jsonBytes } from "./json-bytes.ts";
import { DEVICE_BYTES_MAX, HEALED_FRAME_MS, QUEUE_LENGTH_MAX, SESSIONS_PER_PLAYER_MAX, WRITES_PENDING_MAX } from "./limits.ts";
import type { PlayerClasses } from "./player-classes.ts";
import type { PlayerPeer, SessionNodes, SessionTelemetry, SessionTitles } from "./ports.ts";
import type { ProbeReports } from "./probe-reports.ts";
import { awayUntilMs, type SessionEnd } from "./session.ts";
import type { SessionDirectory, SessionEntry } from "./session-directory.ts";
import type { SessionTable } from "./session-table.ts";
import type { SessionWriter } from "./session-writer.ts";
import type { SignalRelay } from "./signal-relay.ts";

export type SessionMessage = Extract<ClientToServer, { sessionId: string } | { titleId: string } | { type: "guest.join" }>;
type Message<T extends SessionMessage["type"]> = Extract<SessionMessage, { type: T }>;

export type PlayerMessagePorts = {
  table: SessionTable;
  relay: SignalRelay;
  probes: Pick<ProbeReports, "takeFromPlayer">;
  writer: SessionWriter;
  nodes: Pick<SessionNodes, "linked" | "answers">;
  directory: Pick<SessionDirectory, "claim" | "ofPlayer">;
  /** What another process has, and the player has given up. */
  giveUpElsewhere(playerId: string, sessionId: string): void;
  titles: SessionTitles;
  telemetry: Pick<SessionTelemetry, "takePlayerSample" | "refuseSample">;
  store: Pick<SessionStore, "findSession">;
  /** Who else is in a session. */
  companies: Pick<Companies, "handle" | "handleAttached" | "handlePeerClosed">;
  classes: PlayerClasses;
  /** The node that this player is sent to check. */
  pinnedNode(playerId: string): string | undefined;
  log: Log;
  newId(): string;
};

export type PlayerMessages = ReturnType<typeof handlePlayerMessages>;

export function handlePlayerMessages(ports: PlayerMessagePorts) {
  const { table, relay, probes, writer, nodes, directory, giveUpElsewhere, titles, telemetry, store, companies, classes, pinnedNode, log, newId } = ports;

  /** A request takes a moment, in which its socket may close. */
  const closed = new WeakSet<PlayerPeer>();

  async function handleRequest(peer: PlayerPeer, message: Message<"session.request">, id: string): Promise<void> {
    const refuse = (code: string, text: string) => refuseWith(peer, code, text, message.requestId);
    const title = titles.find(message.titleId);
    if (!title) return refuse("TITLE_UNKNOWN", `there is no title "${message.titleId}" in the catalogue`);
    if (jsonBytes(message.device) > DEVICE_BYTES_MAX) return refuseDevice(peer, message.requestId);
    if (table.queueLength >= QUEUE_LENGTH_MAX) {
      return refuse("QUEUE_FULL", "the line is full; try again in a few minutes");
    }
    if (writer.backlog >= WRITES_PENDING_MAX) {
      log.error({ backlog: writer.backlog }, "the store does not keep up; a session was refused");
      return refuse("SERVER_BUSY", "the server can't take new sessions now; try again in a minute");
    }
    // Whoever asks for a title has given up what they dropped; else they would wait for their own slot.
    const others = directory.ofPlayer(peer.playerId).filter(([, { ending }]) => !ending);
    const dropped = others.filter(([sessionId, told]) => isDropped(sessionId, told));
    for (const [sessionId] of dropped) giveUp(peer.playerId, sessionId);
    if (others.length - dropped.length >= SESSIONS_PER_PLAYER_MAX) {
      return refuse("SESSIONS_TOO_MANY", `${SESSIONS_PER_PLAYER_MAX} sessions are open already; leave one of them first`);
    }
    const facts = {
      id,
      playerId: peer.playerId,
      title,
      device: message.device,
      place: peer.place,
      policy: message.policy,
      pinnedNodeId: pinnedNode(peer.playerId),
      requestedAtMs: table.nowMs(),
    };
    const entry = await open(facts, peer);
    if (entry === "busy") return refuse("SERVER_BUSY", "the servers can't reach each other now; try again in a minute");
    // Another process has it: this one was thought to be gone when it was asked.
    if (entry === "taken") return;
    classes.lookUp(entry);
    tellCreated(entry, peer, message.requestId);
    if (closed.has(peer)) loseSocket(entry);
    table.placeQueued();
  }

  async function open(facts: SessionFacts, peer: PlayerPeer): Promise<Entry | "taken" | "busy"> {
    const told = { playerId: facts.playerId, titleId: titleIdOf(facts), nodeIds: [], requestedAtMs: facts.requestedAtMs, ending: false };
    try {
      return (await directory.claim(facts.id, told)) ? table.open(facts, peer) : "taken";
    } catch (error) {
      if (!(error instanceof ClusterUnavailableError)) throw error;
      log.error({ error }, "a session could not be begun: the cluster does not answer");
      return "busy";
    }
  }

  /** What this process owns it knows better than all have been told. */
  function isDropped(sessionId: string, told: SessionEntry): boolean {
    const entry = table.find(sessionId);
    return (entry ? awayUntilMs(entry.session) : told.awayUntilMs) !== undefined;
  }

  function giveUp(playerId: string, sessionId: string): void {
    if (table.find(sessionId)) handleGivenUp(playerId, sessionId);
    else giveUpElsewhere(playerId, sessionId);
  }

  function handleGivenUp(playerId: string, sessionId: string): void {
    const entry = table.find(sessionId);
    if (entry?.playerId === playerId && awayUntilMs(entry.session) !== undefined) table.apply(entry, { type: "player-left" });
  }

  async function handleResume(peer: PlayerPeer, message: Message<"session.resume">): Promise<void> {
    if (jsonBytes(message.device) > DEVICE_BYTES_MAX) return refuseDevice(peer, message.requestId);
    const entry = table.find(message.sessionId);
    if (!entry || entry.playerId !== peer.playerId || entry.session.state === "ending") {
      return tellOver(peer, message);
    }
    if (playsElsewhere(entry, peer) && message.takeOver !== true) {
      const text = "this session is being played in another tab or on another device; take it over, or leave it there";
      return refuseWith(peer, "PLAYED_ELSEWHERE", text, message.requestId);
    }
    if (entry.peer && entry.peer !== peer) {
      entry.peer.send({ type: "session.ended", sessionId: entry.id, reason: EndReason.TakenOver });
    }
    relay.dropSession(entry.id);
    entry.peer = peer;
    entry.device = message.device;
    entry.place = peer.place;
    // Of the page that it was on; this one says so when it is told its place.
    entry.hidden = false;
    tellCreated(entry, peer, message.requestId);
    table.apply(entry, { type: "player-returned" });
    table.repeatPosition(entry);
    table.placeQueued();
  }

  /** The session is not here any more: say how it ended, if it was this player's. */
  async function tellOver(peer: PlayerPeer, { sessionId, requestId }: { sessionId: string; requestId?: string }): Promise<void> {
    const ending = table.find(sessionId);
    const known =
      ending?.session.state === "ending"
        ? { playerId: ending.playerId, end: ending.session.end }
        : await store.findSession(sessionId);
    if (known?.playerId !== peer.playerId || !known.end) return refuseSession(peer, requestId);
    tellEnd(peer, sessionId, known.end);
  }

  function handleSignal(peer: PlayerPeer, message: Message<"session.signal">): void {
    const entry = table.find(message.sessionId);
    const lease = entry && leaseKnown(entry, message.epoch);
    if (!entry || entry.playerId !== peer.playerId || !lease || entry.session.state === "ending") {
      return peer.send({
        type: "session.signal.reply",
        sessionId: message.sessionId,
        callId: message.callId,
        result: { ok: false, code: "SESSION_UNKNOWN", message: "this session is not running" },
      });
    }
    relay.call(peer, entry.id, lease.epoch, lease.nodeId, message.callId, message.signal);
  }

  function handleProbed(peer: PlayerPeer, message: Message<"session.probed">): void {
    const entry = played(peer, message.sessionId);
    // The choice is made without who tells too late.
    if (entry) probes.takeFromPlayer(entry, message);
  }

  function handleStalled(peer: PlayerPeer, message: Message<"session.stalled">): void {
    const entry = played(peer, message.sessionId);
    const lease = entry && leaseOf(entry.session);
    if (!entry || !lease) return;
    const nodeLinked = nodes.linked(lease.nodeId);
    table.apply(entry, { type: "player-stalled", nodeLinked });
    // A node without power has a link that looks well; found silent, it loses the link, which is told.
    if (nodeLinked) void nodes.answers(lease.nodeId);
  }

  function handleConnected(peer: PlayerPeer, message: Message<"session.connected">): void | Promise<void> {
    const entry = table.find(message.sessionId);
    if (!entry || entry.playerId !== peer.playerId) return tellOver(peer, message);
    // It was given up a moment ago, while media still flowed.
    if (entry.session.state === "ending") return tellEnd(peer, entry.id, entry.session.end);
    // The old socket may still look alive from here; the one that speaks now is the one in use.
    entry.peer = peer;
    table.apply(entry, { type: "connected" });
  }

  /** The session is new to this process, and its player was there all the while. */
  function handleAttached(peer: PlayerPeer, sessionId: string): void {
    const entry = table.find(sessionId);
    if (!entry || entry.playerId !== peer.playerId || entry.session.state === "ending" || entry.peer) return;
    entry.peer = peer;
    entry.place = peer.place;
    const { session } = entry;
    // An offer that the last owner had is lost with it, so there has to be another.
    const connecting = session.state === "held" && session.played?.runningSinceMs === undefined;
    table.apply(entry, { type: connecting ? "player-returned" : "connected" });
    table.placeQueued();
    companies.handleAttached(entry);
  }

  function handleFirstFrame(peer: PlayerPeer, message: Message<"session.first-frame">): void {
    const entry = played(peer, message.sessionId);
    if (!entry) return refuseSession(peer);
    log.info({ sessionId: entry.id, elapsedMs: Math.round(message.elapsedMs) }, "first frame shown");
    table.apply(entry, { type: "first-frame-shown" });
  }

  /** The player's network, or the node? The one ends the session, the other moves it. */
  async function handleUnreachable(peer: PlayerPeer, { sessionId, detail }: Message<"session.unreachable">): Promise<void> {
    const entry = played(peer, sessionId);
    if (!entry) return refuseSession(peer);
    const lease = leaseOf(entry.session);
    if (!lease) return;
    const nodeLinked = await nodes.answers(lease.nodeId);
    // It may be another process's by now, or over.
    if (table.find(sessionId) === entry) table.apply(entry, { type: "media-unreachable", epoch: lease.epoch, nodeLinked, detail });
  }

  function handleTelemetry(peer: PlayerPeer, message: Message<"session.telemetry">): void {
    const entry = table.find(message.sessionId);
    // Every session's last sample may cross its end on the way.
    if (!entry) return;
    if (!played(peer, entry.id)) return telemetry.refuseSample();
    // A player who tells of pictures is there, whatever became of the word that said so.
    if (!entry.peer) handleAttached(peer, entry.id);
    // What stood still goes on, which no other word tells: its node's link may go without harm.
    const { session: now } = entry;
    if (now.state === "streaming" && now.stalledAtMs !== undefined && message.sample.framesShown > message.sample.durationMs / HEALED_FRAME_MS) {
      table.apply(entry, { type: "connected" });
    }
    const session = playedSession(entry);
    if (session) telemetry.takePlayerSample(session, message.sample);
  }

  function handleLeave(peer: PlayerPeer, message: Message<"session.leave">): void {
    const entry = played(peer, message.sessionId);
    // Leaving what has ended meanwhile is no mistake of the player's.
    if (entry) table.apply(entry, { type: "player-left" });
  }

  /** Whoever doesn't look lets others go first, and has the old place again as soon as they do. */
  function handlePresence(peer: PlayerPeer, { sessionId, visible }: Message<"session.presence">): void {
    const entry = played(peer, sessionId);
    if (!entry || entry.hidden === !visible) return;
    entry.hidden = !visible;
    if (entry.session.state === "queued") table.placeQueued();
  }

  function handlePeerClosed(peer: PlayerPeer): void {
    closed.add(peer);
    companies.handlePeerClosed(peer);
    for (const entry of table.ofPlayer(peer.playerId)) if (entry.peer === peer) loseSocket(entry);
  }

  function loseSocket(entry: Entry): void {
    entry.peer = undefined;
    table.apply(entry, { type: "player-lost" });
  }

  /** The player's session, unless it is being played on another of the player's sockets. */
  function played(peer: PlayerPeer, sessionId: string): Entry | undefined {
    const entry = table.find(sessionId);
    if (entry?.playerId !== peer.playerId) return undefined;
    return entry.peer === undefined || entry.peer === peer ? entry : undefined;
  }

  /** `sessionId`: of the session that a request is to make, or to which a guest's link leads. */
  function handle(peer: PlayerPeer, message: SessionMessage, sessionId?: string): void | Promise<void> {
    switch (message.type) {
      case "session.request":
        return handleRequest(peer, message, sessionId ?? newId());
      case "session.resume":
        return handleResume(peer, message);
      case "session.signal":
        return handleSignal(peer, message);
      case "session.probed":
        return handleProbed(peer, message);
      case "session.stalled":
        return handleStalled(peer, message);
      case "session.connected":
        return handleConnected(peer, message);
      case "session.first-frame":
        return handleFirstFrame(peer, message);
      case "session.unreachable":
        return handleUnreachable(peer, message);
      case "session.telemetry":
        return handleTelemetry(peer, message);
      case "session.leave":
        return handleLeave(peer, message);
      case "session.presence":
        return handlePresence(peer, message);
      default:
        return companies.handle(peer, message, sessionId);
    }
  }

  return { handle, handleAttached, handleGivenUp, handlePeerClosed };
}

/** On a live socket of another tab or device. A page that was loaded anew is no other. */
function playsElsewhere({ peer: present }: Entry, peer: PlayerPeer): boolean {
  if (!present || present === peer) return false;
  return present.tabId === undefined || present.tabId !== peer.tabId;
}

function tellEnd(peer: PlayerPeer, sessionId: string, { reason, detail }: SessionEnd): void {
  peer.send({ type: "session.ended", sessionId, reason, ...(detail !== undefined && { detail }) });
}

function tellCreated(entry: Entry, peer: PlayerPeer, requestId: string): void {
  peer.send({ type: "session.created", requestId, sessionId: entry.id, title: sessionTitle(entry.title) });
}

/** One answer for what never was, what is over and what is another player's: none of them may be told apart. */
function refuseSession(peer: PlayerPeer, requestId?: string): void {
  refuseWith(peer, "SESSION_UNKNOWN", "you have no such session now; start the title again", requestId);
}

function refuseDevice(peer: PlayerPeer, requestId: string): void {
  refuseWith(peer, "DEVICE_TOO_LARGE", `the description of a device may have ${DEVICE_BYTES_MAX} bytes`, requestId);
}

function refuseWith(peer: PlayerPeer, code: string, message: string, requestId?: string): void {
  peer.send({ type: "error", code, message, ...(requestId !== undefined && { requestId }) });
}
