// The players whose sockets this process holds: what they say goes to the owner of
// the session it is about, in this process or in another, and finds the next owner
// when that one is gone.

import type { Scope } from "@nearframe/shared/lifetime";
import type { HeldSession, ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Bus } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { GONE_MS, HOLD_MS, LEFT_MS, LEFT_RETELL_MS, PARKED_MAX } from "./limits.ts";
import { ownerSubject, type PeerName, type ToOwner, type ToPeer } from "./owner-mail.ts";
import { createParked } from "./parked.ts";
import type { PlayerMessages, SessionMessage } from "./player-messages.ts";
import type { PlayerPeer } from "./ports.ts";
import { createGuestHomes } from "../shares/guest-homes.ts";
import type { ShareStore } from "../store/share-ports.ts";
import type { SessionServers } from "./servers.ts";
import type { SessionDirectory, SessionEntry } from "./session-directory.ts";
import type { Unheard, Word } from "./unheard.ts";

type Request = Extract<SessionMessage, { type: "session.request" }>;
type Join = Extract<SessionMessage, { type: "guest.join" }>;
type Said = Exclude<SessionMessage, Request | Join>;

/** What a player says once, and what is lost with it: a slot, a way back, the verdict on a node, who may come in or stay. */
const KEPT: Partial<Record<SessionMessage["type"], Word["until"]>> = {
  "session.leave": "over",
  "session.resume": "answered",
  "session.unreachable": "answered",
  "share.make": "named",
  "share.revoke": "over",
  "guest.remove": "over",
};
/** Meant all the same, if the page has closed behind it. */
const OUTLIVES_PAGE = new Set<SessionMessage["type"]>(["session.leave", "share.revoke", "guest.remove"]);

/** A socket of this process, as the far ends see it. */
type HomePeer = { readonly peer: PlayerPeer; readonly peerId: string; name(): PeerName; readonly owners: Set<string> };

export type PlayerHomePorts = {
  bus: Pick<Bus, "publish">;
  servers: SessionServers;
  directory: Pick<SessionDirectory, "find" | "ownerOf" | "ofPlayer">;
  shares: Pick<ShareStore, "findShare">;
  unheard: Unheard;
  local: Pick<PlayerMessages, "handle" | "handleAttached" | "handlePeerClosed">;
  log: Log;
  nowMs(): number;
  newId(): string;
};

export type PlayerHome = ReturnType<typeof createPlayerHome>;

export function createPlayerHome(ports: PlayerHomePorts, scope: Scope) {
  const { bus, servers, directory, shares, unheard, local, log, nowMs, newId } = ports;
  const { serverId } = servers;
  const peers = new Map<string, HomePeer>();
  const byPeer = new Map<PlayerPeer, HomePeer>();
  /** Sessions that are played on a socket of this process. */
  const attached = new Map<string, HomePeer>();
  /** Requests that nobody has answered yet, by the session that they are to make. */
  const asked = new Map<string, { home: HomePeer; message: Request; ownerId: string }>();
  /** Guests on sockets of this process, by session and guest. */
  const guests = createGuestHomes<HomePeer>();
  /** Sessions whose page has closed here, until their owner is seen to know: the word is lost with the bus. */
  const left = new Map<string, { home: HomePeer; atMs: number }>();
  const retelling = setInterval(tellClosedAgain, LEFT_RETELL_MS);
  scope.own(retelling, () => clearInterval(retelling));
  /** Sessions without an entry, and whose they were: an end is on its way, or the cluster lost it and has it back in a moment. */
  const gone = new Map<string, { ownerId: string; timer: NodeJS.Timeout }>();
  /** Sessions whose new owner was thought dead when it told of itself: it is back, and others will hear so in a moment. */
  const ownedByUnseen = new Set<string>();
  const parked = createParked(scope);
  scope.own(gone, () => {
    for (const { timer } of gone.values()) clearTimeout(timer);
  });

  /** A player has said hello. What is sent to the peer passes here, so that it is known which sessions it plays. */
  function open(socket: PlayerPeer): PlayerPeer {
    const peerId = newId();
    const { playerId, tabId } = socket;
    const peer: PlayerPeer = {
      playerId,
      tabId,
      get place() {
        return socket.place;
      },
      send: (message) => pass(home, message),
    };
    const home: HomePeer = { peer: socket, peerId, name: () => nameOf(socket, peerId), owners: new Set() };
    peers.set(peerId, home);
    byPeer.set(peer, home);
    return peer;
  }

  function nameOf({ playerId, tabId, place: { address, timeZone, rttVector } }: PlayerPeer, peerId: string): PeerName {
    return {
      homeId: serverId,
      peerId,
      playerId,
      ...(tabId !== undefined && { tabId }),
      place: {
        ...(address !== undefined && { address }),
        ...(timeZone !== undefined && { timeZone }),
        ...(rttVector && { rttVector }),
      },
    };
  }

  function pass(home: HomePeer, message: ServerToClient): void {
    if (message.type === "session.created") {
      asked.delete(message.sessionId);
      attached.set(message.sessionId, home);
    }
    if (message.type === "session.created" || message.type === "session.ended" || message.type === "session.moving" || message.type === "session.offer") {
      unheard.answered(message.sessionId);
    }
    if (message.type === "session.ended") detach(message.sessionId, home);
    if (message.type === "guest.joined") guests.add(message.sessionId, message.guestId, home);
    if (message.type === "guest.ended") guests.delete(message.sessionId, message.guestId);
    if (message.type === "error" && message.requestId !== undefined) forgetRequest(home, message.requestId);
    if ((message.type === "error" || message.type === "guest.joined" || message.type === "share.made") && message.requestId !== undefined) {
      unheard.answeredRequest(home.peerId, message.requestId);
    }
    home.peer.send(message);
  }

  /** What another process has to say to a player here. */
  function handleMail({ peerId, message }: ToPeer): void {
    const home = peers.get(peerId);
    if (home) pass(home, message);
  }

  function handle(peer: PlayerPeer, message: SessionMessage): void | Promise<void> {
    const home = byPeer.get(peer);
    if (!home) return undefined;
    if (message.type === "session.request") return ask(home, peer, newId(), message);
    if (message.type === "guest.join") return join(home, peer, message);
    if (message.type === "session.connected") attached.set(message.sessionId, home);
    return forward(home, peer, message);
  }

  /** A link says which session; whose process has that is told who wants in. */
  async function join(home: HomePeer, peer: PlayerPeer, message: Join): Promise<void> {
    const { requestId, code } = message;
    const share = await shares.findShare(code);
    if (!share) {
      const text = "this link does not work, or does no longer; ask for a new one";
      return peer.send({ type: "error", code: "SHARE_UNKNOWN", message: text, requestId });
    }
    return joinSession(home, peer, message, share.sessionId);
  }

  /** As `forward`, for one who is no player of the session's. */
  function joinSession(home: HomePeer, peer: PlayerPeer, message: Join, sessionId: string): void | Promise<void> {
    // The page has closed meanwhile.
    if (!byPeer.has(peer)) return;
    const ownerId = directory.ownerOf(sessionId);
    const again = () => apart(peer, message, () => joinSession(home, peer, message, sessionId));
    if (ownerId === undefined || ownerId === serverId) return local.handle(peer, message, sessionId);
    if (!servers.isAlive(ownerId)) {
      return parked.park(sessionId, { deliver: again, giveUp: () => apart(peer, message, () => local.handle(peer, message, sessionId)) });
    }
    unheard.keep({ sessionId, by: home.peerId, until: "named", requestId: message.requestId, again });
    tell(ownerId, home, { type: "from-player", peer: home.name(), message, sessionId });
  }

  function forward(home: HomePeer, peer: PlayerPeer, message: Said): void | Promise<void> {
    const ownerId = directory.ownerOf(message.sessionId);
    // What nobody has may be one that ended: the store knows, and answering is as good here as anywhere.
    if (ownerId === undefined || ownerId === serverId) return handleHere(peer, message);
    if (servers.isAlive(ownerId)) {
      keep(home, peer, message);
      return tell(ownerId, home, { type: "from-player", peer: home.name(), message });
    }
    const again = () => apart(peer, message, () => forward(home, peer, message));
    return parked.park(message.sessionId, { deliver: again, giveUp: () => apart(peer, message, () => local.handle(peer, message)) });
  }

  /** Of a word that is said after its turn: nobody waits for what comes of it, so a failure is told and logged here. */
  function apart(peer: PlayerPeer, message: Join | Said, handle: () => void | Promise<void>): void {
    Promise.resolve(handle()).catch((error: unknown) => {
      log.error({ error, message: message.type }, "what was said to an owner that is gone could not be heard by the next");
      if (!("requestId" in message)) return;
      peer.send({ type: "error", code: "SERVER_BUSY", message: "the server can't do this now; try again in a minute", requestId: message.requestId });
    });
  }

  function handleHere(peer: PlayerPeer, message: Said): void | Promise<void> {
    const handled = local.handle(peer, message);
    // It was said, and the page has gone since.
    if (!byPeer.has(peer)) local.handlePeerClosed(peer);
    return handled;
  }

  /** Should the owner be dead, and nobody know yet. Whoever closed the page means to leave, and nothing else. */
  function keep(home: HomePeer, peer: PlayerPeer, message: Said): void {
    const until = KEPT[message.type];
    if (until === undefined) return;
    unheard.keep({
      sessionId: message.sessionId,
      by: home.peerId,
      until,
      requestId: "requestId" in message ? message.requestId : undefined,
      again: () => {
        if (byPeer.has(peer) || OUTLIVES_PAGE.has(message.type)) apart(peer, message, () => forward(home, peer, message));
      },
    });
  }

  function ask(home: HomePeer, peer: PlayerPeer, sessionId: string, message: Request): void | Promise<void> {
    const ownerId = servers.rank(sessionId, home.peer.playerId)[0] ?? serverId;
    if (ownerId === serverId) return local.handle(peer, message, sessionId);
    asked.set(sessionId, { home, message, ownerId });
    return tell(ownerId, home, { type: "from-player", peer: home.name(), message, sessionId });
  }

  function tell(ownerId: string, home: HomePeer, letter: ToOwner): void {
    home.owners.add(ownerId);
    bus.publish(ownerSubject(ownerId), letter);
    if (!peers.has(home.peerId)) tellClosed(ownerId, home);
  }

  function tellClosed(ownerId: string, { peerId }: HomePeer): void {
    bus.publish(ownerSubject(ownerId), { type: "peer-closed", homeId: serverId, peerId } satisfies ToOwner);
  }

  function handlePeerClosed(peer: PlayerPeer): void {
    const home = byPeer.get(peer);
    if (!home) return;
    const { peerId } = home;
    byPeer.delete(peer);
    peers.delete(peerId);
    for (const [sessionId, other] of attached) {
      if (other !== home) continue;
      detach(sessionId, home);
      if (left.size < PARKED_MAX) left.set(sessionId, { home, atMs: nowMs() });
    }
    guests.forget(home);
    for (const [sessionId, request] of asked) if (request.home === home) asked.delete(sessionId);
    for (const ownerId of home.owners) tellClosed(ownerId, home);
    local.handlePeerClosed(peer);
  }

  function tellClosedAgain(): void {
    for (const [sessionId, { home, atMs }] of left) {
      const entry = directory.find(sessionId);
      const unknown = entry && !entry.ending && entry.awayUntilMs === undefined && entry.ownerId !== serverId && !attached.has(sessionId);
      if (unknown && nowMs() - atMs < LEFT_MS) tellClosed(entry.ownerId, home);
      else left.delete(sessionId);
    }
  }

  /** A session has come to this process, gone to another, or changed there. */
  function handleSessionChanged(sessionId: string, entry: SessionEntry | undefined, before: SessionEntry | undefined): void {
    const home = attached.get(sessionId);
    if (!entry) {
      ownedByUnseen.delete(sessionId);
      unheard.over(sessionId);
      if (before && (home || guests.of(sessionId).length > 0)) awaitEnd(sessionId, before.ownerId, home);
      return;
    }
    const lastOwnerId = before?.ownerId ?? gone.get(sessionId)?.ownerId;
    clearTimeout(gone.get(sessionId)?.timer);
    gone.delete(sessionId);
    if (entry.ownerId === before?.ownerId) return;
    if (lastOwnerId !== undefined && entry.ownerId !== lastOwnerId) {
      // Their places were known to its last owner alone: they come again, by the same link.
      endGuests(sessionId, "moved");
      if (home) reattach(sessionId, entry.ownerId, home);
    }
    if (servers.isAlive(entry.ownerId)) hearAgain(sessionId);
    else ownedByUnseen.add(sessionId);
  }

  function hearAgain(sessionId: string): void {
    ownedByUnseen.delete(sessionId);
    // In the order in which they were said: what the last owner may not have heard, then what nobody could be told.
    unheard.tellAgain(sessionId);
    parked.release(sessionId);
  }

  function reattach(sessionId: string, ownerId: string, home: HomePeer): void {
    if (ownerId !== serverId) return tell(ownerId, home, { type: "player-attached", peer: home.name(), sessionId });
    const [peer] = [...byPeer].find(([, other]) => other === home) ?? [];
    if (peer) local.handleAttached(peer, sessionId);
  }

  /** Its entry is gone, and perhaps with it the owner who would have told the end. */
  function awaitEnd(sessionId: string, ownerId: string, home: HomePeer | undefined): void {
    clearTimeout(gone.get(sessionId)?.timer);
    const timer = setTimeout(() => {
      gone.delete(sessionId);
      if (directory.find(sessionId)) return;
      endGuests(sessionId, "session-ended");
      if (home && attached.get(sessionId) === home) pass(home, { type: "session.ended", sessionId, reason: EndReason.ServerStopped });
    }, GONE_MS);
    gone.set(sessionId, { ownerId, timer });
  }

  function endGuests(sessionId: string, reason: "moved" | "session-ended"): void {
    for (const [guestId, guest] of guests.of(sessionId)) pass(guest, { type: "guest.ended", sessionId, guestId, reason });
  }

  /** A process has come, or is seen again. */
  function handleServersChanged(): void {
    for (const sessionId of [...ownedByUnseen]) {
      const ownerId = directory.ownerOf(sessionId);
      if (ownerId !== undefined && servers.isAlive(ownerId)) hearAgain(sessionId);
    }
  }

  /** A process is gone: requests that it has not answered go to the next in rank. */
  function handleServerGone(goneId: string): void {
    for (const home of peers.values()) home.owners.delete(goneId);
    for (const [sessionId, { home, message, ownerId }] of [...asked]) {
      if (ownerId !== goneId) continue;
      asked.delete(sessionId);
      const [peer] = [...byPeer].find(([, other]) => other === home) ?? [];
      if (peer && !directory.find(sessionId)) void ask(home, peer, sessionId, message);
    }
  }

  function detach(sessionId: string, home: HomePeer): void {
    if (attached.get(sessionId) !== home) return;
    attached.delete(sessionId);
  }

  function forgetRequest(home: HomePeer, requestId: string): void {
    for (const [sessionId, request] of asked) {
      if (request.home === home && request.message.requestId === requestId) asked.delete(sessionId);
    }
  }

  /** What this player dropped and can have back, or could take over from another tab or device. */
  function heldBy({ playerId, tabId }: Pick<PlayerPeer, "playerId" | "tabId">): HeldSession[] {
    return directory.ofPlayer(playerId).flatMap(([sessionId, entry]) => {
      if (entry.ending) return [];
      const { titleId, awayUntilMs } = entry;
      if (awayUntilMs !== undefined) return [{ sessionId, titleId, untilMs: awayUntilMs }];
      // Of the same tab: its page was loaded anew, and the old socket is about to close.
      const elsewhere = entry.tabId === undefined || entry.tabId !== tabId;
      return [{ sessionId, titleId, untilMs: nowMs() + HOLD_MS, ...(elsewhere && { elsewhere }) }];
    });
  }

  return { open, handle, handleMail, handlePeerClosed, handleSessionChanged, handleServersChanged, handleServerGone, heldBy };
}
