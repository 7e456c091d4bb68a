// Who is together in the sessions that this process owns: runs the machine of `company.ts` for each
// that has links, between its player, its guests and its node. The sessions' own machine is not asked
// and not told; what becomes of a session is only looked at.

import type { Scope } from "@nearframe/shared/lifetime";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { hasPad, OWNER } from "@nearframe/shared/friends/roles";
import type { IceServer } from "@nearframe/shared/friends/messages";
import type { Log } from "../log.ts";
import { playedOn, sessionTitle, type Entry } from "../session/entry.ts";
import { jsonBytes } from "../session/json-bytes.ts";
import { DEVICE_BYTES_MAX } from "../session/limits.ts";
import type { PlayerPeer, SessionNodes } from "../session/ports.ts";
import { leaseUnder } from "../session/session.ts";
import type { SignalRelay } from "../session/signal-relay.ts";
import type { ShareStore } from "../store/share-ports.ts";
import {
  COME_AGAIN_MS, companyDeadlineMs, emptyCompany, mayShare, membersOf, nextCompany, viewShare, works,
  type Company, type CompanyEffect, type CompanyEvent, type JoinRefusal, type Share,
} from "./company.ts";

export type FriendsMessage = Extract<ClientToServer, { type: `share.${string}` | `guest.${string}` | `friend.${string}` }>;
type Message<T extends FriendsMessage["type"]> = Extract<FriendsMessage, { type: T }>;
export type SeatMessage = Extract<NodeToServer, { type: "seat.offer" | "seat.refused" | "seat.presence" }>;

export type CompanyPorts = {
  findSession(sessionId: string): Entry | undefined;
  nodes: Pick<SessionNodes, "send">;
  relay: SignalRelay;
  store: ShareStore;
  log: Log;
  nowMs(): number;
  newId(): string;
  newCode(): string;
  iceServers: readonly IceServer[];
};

export type Companies = ReturnType<typeof createCompanies>;

/** A description of a peer connection has 3 KiB or so. */
const PEER_SIGNAL_BYTES_MAX = 16 * 1024;
/** Kept so long after they ran out, so that whoever comes late is told what the link was. */
const KEPT_MS = 24 * 3_600_000;
/** `setTimeout` takes no longer wait. */
const TIMER_MS_MAX = 2_147_483_647;

type Live = {
  company: Company;
  /** Where each guest is spoken to. */
  readonly peers: Map<string, PlayerPeer>;
  /** Who knows what there is to know. */
  told: PlayerPeer | undefined;
  timer: NodeJS.Timeout | undefined;
};

const REFUSALS: Readonly<Record<JoinRefusal, string>> = {
  SHARE_UNKNOWN: "this link does not work, or does no longer; ask for a new one",
  GUESTS_TOO_MANY: "as many as can be are in this session already",
  PADS_TAKEN: "every pad of this session is in somebody's hands",
  GUEST_REMOVED: "the player of this session has sent you away",
};

export function createCompanies(ports: CompanyPorts, scope: Scope) {
  const { findSession, nodes, relay, store, log, nowMs, newId, newCode } = ports;
  const live = new Map<string, Live>();
  const loading = new Map<string, Promise<Live | undefined>>();
  scope.own(live, () => {
    for (const { timer } of live.values()) clearTimeout(timer);
  });

  /** With the links that were made before this process had the session. */
  function load(sessionId: string): Promise<Live | undefined> {
    const known = live.get(sessionId);
    if (known) return Promise.resolve(known);
    const started = loading.get(sessionId) ?? read(sessionId).finally(() => loading.delete(sessionId));
    loading.set(sessionId, started);
    return started;
  }

  async function read(sessionId: string): Promise<Live | undefined> {
    const shares = await store.sharesOfSession(sessionId);
    const entry = findSession(sessionId);
    if (!entry || scope.closed) return undefined;
    const company = {
      ...emptyCompany,
      shares: shares.filter((share) => works(share, nowMs())),
      epoch: playedOn(entry)?.epoch,
      strangersUntilMs: entry.term > 1 ? nowMs() + COME_AGAIN_MS : undefined,
    };
    const made: Live = { company, peers: new Map(), told: undefined, timer: undefined };
    live.set(sessionId, made);
    armTimer(sessionId, made);
    return made;
  }

  function apply(sessionId: string, event: CompanyEvent): void {
    const mine = live.get(sessionId);
    if (!mine || scope.closed) return;
    const [next, effects] = nextCompany(mine.company, event, nowMs());
    mine.company = next;
    armTimer(sessionId, mine);
    for (const effect of effects) perform(sessionId, mine, effect);
  }

  function perform(sessionId: string, mine: Live, effect: CompanyEffect): void {
    switch (effect.type) {
      case "tell-joined":
      case "refuse":
        // By `handleJoin`, which has the request.
        return;
      case "tell-ended": {
        const { guestId, reason, detail } = effect;
        mine.peers.get(guestId)?.send({ type: "guest.ended", sessionId, guestId, reason, ...(detail !== undefined && { detail }) });
        mine.peers.delete(guestId);
        return;
      }
      case "open-seat": {
        const { id: guestId, role, pad } = effect.guest;
        const device = devices.get(guestId);
        if (!device) return;
        return tellNode(sessionId, effect.epoch, { type: "seat.open", sessionId, epoch: effect.epoch, guestId, role, device, ...(pad !== undefined && { pad }) });
      }
      case "close-seat":
        return tellNode(sessionId, effect.epoch, { type: "seat.close", sessionId, epoch: effect.epoch, guestId: effect.guestId });
      case "keep-seats":
        return tellNode(sessionId, effect.epoch, { type: "seat.keep", sessionId, epoch: effect.epoch, guestIds: [...effect.guestIds] });
      case "tell-company":
        return tellCompany(sessionId, mine);
    }
  }

  /** Of guests who are here: a node that is new to the session is told as well. */
  const devices = new Map<string, Message<"guest.join">["device"]>();

  function tellNode(sessionId: string, epoch: number, message: Parameters<SessionNodes["send"]>[1]): void {
    const entry = findSession(sessionId);
    const lease = entry && leaseUnder(entry.session, epoch);
    // A node without a link has a session that is about to move; its guests go with it.
    if (lease && !nodes.send(lease.nodeId, message)) log.debug({ sessionId, type: message.type }, "node missed a word about a guest");
  }

  function tellCompany(sessionId: string, mine: Live): void {
    const members = membersOf(mine.company);
    const iceServers = [...ports.iceServers];
    const base = { type: "session.company", sessionId, members, iceServers } as const;
    mine.told = findSession(sessionId)?.peer;
    mine.told?.send({ ...base, you: OWNER, shares: mine.company.shares.map(viewShare) });
    for (const [guestId, peer] of mine.peers) peer.send({ ...base, you: guestId });
    for (const guestId of devices.keys()) if (!isSomebody(guestId)) devices.delete(guestId);
  }

  function isSomebody(guestId: string): boolean {
    for (const { peers } of live.values()) if (peers.has(guestId)) return true;
    return false;
  }

  function armTimer(sessionId: string, mine: Live): void {
    clearTimeout(mine.timer);
    const dueMs = companyDeadlineMs(mine.company);
    if (dueMs === undefined) return;
    mine.timer = setTimeout(() => {
      apply(sessionId, { type: "deadline-passed" });
      armTimer(sessionId, mine);
    }, Math.min(TIMER_MS_MAX, Math.max(1, dueMs - nowMs())));
  }

  /** The session, if it is this peer's to share. */
  function ownedBy(peer: PlayerPeer, sessionId: string): Entry | undefined {
    const entry = findSession(sessionId);
    if (entry?.playerId !== peer.playerId || entry.session.state === "ending") return undefined;
    return entry.peer === undefined || entry.peer === peer ? entry : undefined;
  }

  async function handleMake(peer: PlayerPeer, message: Message<"share.make">): Promise<void> {
    const { requestId, sessionId, role, lastsMs, pad } = message;
    const refuse = (code: string, text: string) => peer.send({ type: "error", code, message: text, requestId });
    const unknown = () => refuse("SESSION_UNKNOWN", "you have no such session now; start the title again");
    if (!ownedBy(peer, sessionId)) return unknown();
    const mine = await load(sessionId);
    if (!mine || !ownedBy(peer, sessionId)) return unknown();
    if (!mayShare(mine.company, nowMs())) return refuse("SHARES_TOO_MANY", "too many links to this session work; take one back first");
    const madeAtMs = nowMs();
    const share: Share = {
      code: newCode(), sessionId, playerId: peer.playerId, role, pad: hasPad(role) ? pad : undefined, madeAtMs, expiresAtMs: madeAtMs + lastsMs, revokedAtMs: undefined,
    };
    await store.saveShare(share);
    void store.trimShares(madeAtMs - KEPT_MS).catch((error: unknown) => log.warn({ error }, "old links could not be taken away"));
    apply(sessionId, { type: "share-made", share });
    peer.send({ type: "share.made", requestId, sessionId, share: viewShare(share) });
  }

  async function handleRevoke(peer: PlayerPeer, { sessionId, code }: Message<"share.revoke">): Promise<void> {
    if (!ownedBy(peer, sessionId)) return;
    const mine = await load(sessionId);
    const share = mine?.company.shares.find((each) => each.code === code);
    if (!share) return;
    // Whoever came by it goes at once; that the link stays dead is the store's part.
    apply(sessionId, { type: "share-revoked", code });
    await store.saveShare({ ...share, revokedAtMs: nowMs() });
  }

  async function handleRemove(peer: PlayerPeer, { sessionId, guestId }: Message<"guest.remove">): Promise<void> {
    if (ownedBy(peer, sessionId) && (await load(sessionId)) && ownedBy(peer, sessionId)) apply(sessionId, { type: "guest-removed", guestId });
  }

  async function handleJoin(peer: PlayerPeer, { requestId, code, device, wasGuestId }: Message<"guest.join">, sessionId: string): Promise<void> {
    const refuse = (refusal: JoinRefusal) => peer.send({ type: "error", code: refusal, message: REFUSALS[refusal], requestId });
    if (jsonBytes(device) > DEVICE_BYTES_MAX) {
      return peer.send({ type: "error", code: "DEVICE_TOO_LARGE", message: `the description of a device may have ${DEVICE_BYTES_MAX} bytes`, requestId });
    }
    const mine = await load(sessionId);
    const entry = findSession(sessionId);
    if (!mine || !entry || closed.has(peer)) return refuse("SHARE_UNKNOWN");
    const guestId = newId();
    const visitor = peer.tabId ?? peer.playerId;
    const [next, effects] = nextCompany(mine.company, { type: "guest-came", guestId, code, visitor, was: wasGuestId }, nowMs());
    const refused = effects.find((effect) => effect.type === "refuse");
    if (refused) return refuse(refused.refusal);
    mine.company = next;
    mine.peers.set(guestId, peer);
    devices.set(guestId, device);
    const joined = effects.find((effect) => effect.type === "tell-joined");
    if (joined) {
      const { role, pad } = joined.guest;
      peer.send({ type: "guest.joined", requestId, sessionId, guestId, role, title: sessionTitle(entry.title), ...(pad !== undefined && { pad }) });
      log.info({ sessionId, guestId, role }, "a guest came");
    }
    for (const effect of effects) perform(sessionId, mine, effect);
  }

  function handleSignal(peer: PlayerPeer, { sessionId, guestId, epoch, callId, signal }: Message<"guest.signal">): void {
    const mine = live.get(sessionId);
    const entry = findSession(sessionId);
    const lease = entry && leaseUnder(entry.session, epoch);
    if (mine?.peers.get(guestId) !== peer || !lease) {
      const result = { ok: false, code: "SESSION_UNKNOWN", message: "you are no guest of a session that runs" } as const;
      return peer.send({ type: "session.signal.reply", sessionId, callId, result });
    }
    relay.call(peer, sessionId, lease.epoch, lease.nodeId, callId, signal, guestId);
  }

  /** Which of those in the session speaks here. A player who came by a link too is the guest on that socket. */
  function memberOn(peer: PlayerPeer, sessionId: string, mine: Live): string | undefined {
    for (const [guestId, other] of mine.peers) if (other === peer) return guestId;
    return ownedBy(peer, sessionId) ? OWNER : undefined;
  }

  function handleFriendSignal(peer: PlayerPeer, { sessionId, to, data }: Message<"friend.signal">): void {
    const mine = live.get(sessionId);
    const from = mine && memberOn(peer, sessionId, mine);
    if (!mine || from === undefined || from === to || jsonBytes(data) > PEER_SIGNAL_BYTES_MAX) return;
    const target = to === OWNER ? findSession(sessionId)?.peer : mine.peers.get(to);
    target?.send({ type: "friend.signal", sessionId, from, data });
  }

  function handleVoice(peer: PlayerPeer, { sessionId, on }: Message<"friend.voice">): void {
    const mine = live.get(sessionId);
    const member = mine && memberOn(peer, sessionId, mine);
    if (member !== undefined) apply(sessionId, { type: "voice-changed", member, on });
  }

  async function handleList(peer: PlayerPeer, sessionId: string): Promise<void> {
    const mine = ownedBy(peer, sessionId) && (await load(sessionId));
    if (mine) tellCompany(sessionId, mine);
  }

  const closed = new WeakSet<PlayerPeer>();

  return {
    /** `ofSession`: of the session to which a guest's link leads. */
    handle(peer: PlayerPeer, message: FriendsMessage, ofSession?: string): void | Promise<void> {
      switch (message.type) {
        case "share.make":
          return handleMake(peer, message);
        case "share.revoke":
          return handleRevoke(peer, message);
        case "share.list":
          return handleList(peer, message.sessionId);
        case "guest.remove":
          return handleRemove(peer, message);
        case "guest.join":
          return ofSession === undefined ? undefined : handleJoin(peer, message, ofSession);
        case "guest.signal":
          return handleSignal(peer, message);
        case "guest.leave":
          if (live.get(message.sessionId)?.peers.get(message.guestId) !== peer) return;
          return apply(message.sessionId, { type: "guest-left", guestId: message.guestId });
        case "friend.signal":
          return handleFriendSignal(peer, message);
        case "friend.voice":
          return handleVoice(peer, message);
      }
    },

    /** Believed of the session's own node alone, as all that nodes say. */
    handleNode(nodeId: string, message: SeatMessage): void {
      const { sessionId, epoch, guestId } = message;
      const mine = live.get(sessionId);
      const entry = findSession(sessionId);
      if (!mine || !entry || leaseUnder(entry.session, epoch)?.nodeId !== nodeId) return;
      switch (message.type) {
        case "seat.offer": {
          if (!mine.company.guests.some((guest) => guest.id === guestId && guest.epoch === epoch)) return;
          return mine.peers.get(guestId)?.send({ type: "guest.offer", sessionId, guestId, epoch, offer: message.offer });
        }
        case "seat.refused":
          return apply(sessionId, { type: "seat-refused", guestId, epoch, why: message.why, detail: message.detail });
        case "seat.presence":
          return apply(sessionId, { type: "seat-presence", guestId, epoch, connected: message.connected });
      }
    },

    handlePeerClosed(peer: PlayerPeer): void {
      closed.add(peer);
      for (const [sessionId, { peers, company }] of [...live]) {
        for (const [guestId, other] of [...peers]) if (other === peer) apply(sessionId, { type: "guest-left", guestId });
        if (company.ownerVoice && findSession(sessionId)?.peer === peer) apply(sessionId, { type: "voice-changed", member: OWNER, on: false });
      }
    },

    /** Something has become of the session. */
    handleTurn(entry: Entry): void {
      const { id, session } = entry;
      const mine = live.get(id);
      if (!mine) {
        // Its last owner may have given seats, of which nothing else would tell.
        if (entry.term > 1 && playedOn(entry)) load(id).catch((error: unknown) => warnUnread(id, error));
        return;
      }
      if (session.state === "ending" || session.state === "ended") {
        apply(id, { type: "session-ended" });
        return drop(id);
      }
      apply(id, { type: "session-placed", epoch: playedOn(entry)?.epoch });
      // A page that was loaded anew, or another device: it knows nothing yet.
      if (entry.peer && entry.peer !== mine.told) tellCompany(id, mine);
    },

    /** The session is new to this process: its player's page knows of guests who are on their way here by their links. */
    handleAttached({ id }: Entry): void {
      load(id).then(
        (mine) => mine && tellCompany(id, mine),
        (error: unknown) => warnUnread(id, error),
      );
    },

    /** Another process has the session; the guests' homes send them there. */
    drop,
  };

  function warnUnread(sessionId: string, error: unknown): void {
    log.warn({ sessionId, error }, "who may come into a session could not be read; its next turn, link or guest tries again");
  }

  function drop(sessionId: string): void {
    clearTimeout(live.get(sessionId)?.timer);
    live.delete(sessionId);
  }
}
