// What players ask of sessions. Each message is checked here against who may
// ask it; what it does to the session is the machine's business.

import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient, SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Title } from "@nearframe/shared/title/manifest";
import type { Log } from "../log.ts";
import type { SessionStore } from "../store/ports.ts";
import { jsonBytes } from "./json-bytes.ts";
import { DEVICE_BYTES_MAX, QUEUE_LENGTH_MAX, SESSIONS_PER_PLAYER_MAX, WRITES_PENDING_MAX } from "./limits.ts";
import type { PlayerPeer, SessionTelemetry, SessionTitles } from "./ports.ts";
import { nodeOf, playedSession, titleIdOf, type Entry, type SessionTable } from "./session-table.ts";
import type { SessionWriter } from "./session-writer.ts";
import type { SignalRelay } from "./signal-relay.ts";
import type { SessionEnd } from "./transition.ts";

type Message<T extends ClientToServer["type"]> = Extract<ClientToServer, { type: T }>;
type HeldSession = Extract<ServerToClient, { type: "welcome" }>["held"][number];

export type PlayerMessagePorts = {
  table: SessionTable;
  relay: SignalRelay;
  writer: SessionWriter;
  titles: SessionTitles;
  telemetry: Pick<SessionTelemetry, "takePlayerSample" | "refuseSample">;
  store: Pick<SessionStore, "findSession">;
  log: Log;
  newId(): string;
};

export type PlayerMessages = ReturnType<typeof handlePlayerMessages>;

export function handlePlayerMessages(ports: PlayerMessagePorts) {
  const { table, relay, writer, titles, telemetry, store, log, newId } = ports;

  function handleRequest(peer: PlayerPeer, message: Message<"session.request">): void {
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
    for (const dropped of table.ofPlayer(peer.playerId).filter(isDropped)) table.apply(dropped, { type: "player-left" });
    const running = table.ofPlayer(peer.playerId).filter((entry) => entry.session.state !== "ending");
    if (running.length >= SESSIONS_PER_PLAYER_MAX) {
      return refuse("SESSIONS_TOO_MANY", `${SESSIONS_PER_PLAYER_MAX} sessions are open already; leave one of them first`);
    }
    const entry = table.open(
      {
        id: newId(),
        playerId: peer.playerId,
        title,
        device: message.device,
        requestedAtMs: table.nowMs(),
      },
      peer,
    );
    tellCreated(entry, peer, message.requestId);
    table.placeQueued();
  }

  async function handleResume(peer: PlayerPeer, message: Message<"session.resume">): Promise<void> {
    if (jsonBytes(message.device) > DEVICE_BYTES_MAX) return refuseDevice(peer, message.requestId);
    const entry = table.find(message.sessionId);
    if (!entry || entry.playerId !== peer.playerId || entry.session.state === "ending") {
      return tellOver(peer, message);
    }
    if (entry.peer && entry.peer !== peer) {
      entry.peer.send({ type: "session.ended", sessionId: entry.id, reason: EndReason.TakenOver });
    }
    relay.dropSession(entry.id);
    entry.peer = peer;
    entry.device = message.device;
    tellCreated(entry, peer, message.requestId);
    table.apply(entry, { type: "player-returned" });
    table.repeatPosition(entry);
    table.placeQueued();
  }

  /** The session to be resumed is not here any more: say how it ended, if it was this player's. */
  async function tellOver(peer: PlayerPeer, { sessionId, requestId }: Message<"session.resume">): Promise<void> {
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
    const nodeId = entry && nodeOf(entry.session);
    if (!entry || entry.playerId !== peer.playerId || nodeId === undefined || entry.session.state === "ending") {
      return peer.send({
        type: "session.signal.reply",
        sessionId: message.sessionId,
        callId: message.callId,
        result: { ok: false, code: "SESSION_UNKNOWN", message: "this session is not running" },
      });
    }
    relay.call(peer, entry.id, entry.epoch, nodeId, message.callId, message.signal);
  }

  function handleConnected(peer: PlayerPeer, message: Message<"session.connected">): void {
    const entry = table.find(message.sessionId);
    if (!entry || entry.playerId !== peer.playerId) return refuseSession(peer);
    // It was given up a moment ago, while media still flowed.
    if (entry.session.state === "ending") return tellEnd(peer, entry.id, entry.session.end);
    // The old socket may still look alive from here; the one that speaks now is the one in use.
    entry.peer = peer;
    table.apply(entry, { type: "connected" });
  }

  function handleFirstFrame(peer: PlayerPeer, message: Message<"session.first-frame">): void {
    const entry = played(peer, message.sessionId);
    if (!entry) return refuseSession(peer);
    log.info({ sessionId: entry.id, elapsedMs: Math.round(message.elapsedMs) }, "first frame shown");
    table.apply(entry, { type: "first-frame-shown" });
  }

  function handleUnreachable(peer: PlayerPeer, message: Message<"session.unreachable">): void {
    const entry = played(peer, message.sessionId);
    if (!entry) return refuseSession(peer);
    table.apply(entry, { type: "media-unreachable", detail: message.detail });
  }

  function handlePlayerTelemetry(peer: PlayerPeer, message: Message<"session.telemetry">): void {
    const entry = table.find(message.sessionId);
    // Every session's last sample may cross its end on the way.
    if (!entry) return;
    if (!played(peer, entry.id)) return telemetry.refuseSample();
    const session = playedSession(entry);
    if (session) telemetry.takePlayerSample(session, message.sample);
  }

  function handleLeave(peer: PlayerPeer, message: Message<"session.leave">): void {
    const entry = played(peer, message.sessionId);
    // Leaving what has ended meanwhile is no mistake of the player's.
    if (entry) table.apply(entry, { type: "player-left" });
  }

  function handlePeerClosed(peer: PlayerPeer): void {
    for (const entry of table.ofPlayer(peer.playerId)) {
      if (entry.peer !== peer) continue;
      entry.peer = undefined;
      table.apply(entry, { type: "player-lost" });
    }
  }

  /** What this player dropped and can have back. */
  function heldBy(playerId: string): HeldSession[] {
    return table.ofPlayer(playerId).flatMap((entry) => {
      const untilMs = heldUntilMs(entry);
      return untilMs === undefined ? [] : [{ sessionId: entry.id, titleId: titleIdOf(entry), untilMs }];
    });
  }

  /** The player's session, unless it is being played on another of the player's sockets. */
  function played(peer: PlayerPeer, sessionId: string): Entry | undefined {
    const entry = table.find(sessionId);
    if (entry?.playerId !== peer.playerId) return undefined;
    return entry.peer === undefined || entry.peer === peer ? entry : undefined;
  }

  return {
    handleRequest,
    handleResume,
    handleSignal,
    handleConnected,
    handleFirstFrame,
    handleUnreachable,
    handlePlayerTelemetry,
    handleLeave,
    handlePeerClosed,
    heldBy,
  };
}

function heldUntilMs({ session }: Entry): number | undefined {
  if (session.state === "held") return session.untilMs;
  if (session.state === "queued") return session.absentUntilMs;
  return undefined;
}

function isDropped(entry: Entry): boolean {
  return heldUntilMs(entry) !== undefined;
}

function tellEnd(peer: PlayerPeer, sessionId: string, { reason, detail }: SessionEnd): void {
  peer.send({ type: "session.ended", sessionId, reason, ...(detail !== undefined && { detail }) });
}

function tellCreated(entry: Entry, peer: PlayerPeer, requestId: string): void {
  peer.send({ type: "session.created", requestId, sessionId: entry.id, title: sessionTitle(entry.title) });
}

function sessionTitle({ manifest }: Title): SessionTitle {
  const { id, name, size, fps, input } = manifest;
  return { id, name, size, fps, input };
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
