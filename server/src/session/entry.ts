// A session and what belongs to it in the process that owns it.

import { AGENT_RUNTIMES } from "@nearframe/shared/agent/agent";
import type { Device, PlacementPolicy } from "@nearframe/shared/protocol/client-to-server";
import type { SessionTitle } from "@nearframe/shared/protocol/session-title";
import { START_TIMEOUT_S_DEFAULT, type Title } from "@nearframe/shared/title/manifest";
import { waysOf } from "@nearframe/shared/title/ways";
import type { PlayerClass } from "../queue/line.ts";
import type { SessionRecord, SessionTurn } from "../store/ports.ts";
import { START_MARGIN_MS } from "./limits.ts";
import type { PlayedSession, PlayerPeer, PlayerPlace, ToldTimes } from "./ports.ts";
import { awayUntilMs, leasesOf, leaseUnder, type Candidate, type Lease, type Session } from "./session.ts";
import type { SessionTold } from "./session-directory.ts";

/** A better node that the player measures while the session is played on another (`move-trials.ts`). */
export type Trial = Pick<Candidate, "lease" | "lightMs" | "byPlayer" | "byNode" | "refused">;

export type Entry = {
  readonly id: string;
  readonly playerId: string;
  readonly title: Title;
  readonly requestedAtMs: number;
  readonly policy: PlacementPolicy | undefined;
  /** A check, for this node alone: it is nobody's demand, and waits in nobody's way. */
  readonly pinnedNodeId?: string | undefined;
  /** Of the player's present device; a resume may bring another. */
  device: Device;
  place: PlayerPlace;
  session: Session;
  /** On the node that it has, or had last. */
  lastLease: Lease | undefined;
  /** Once it is over. */
  told?: ToldTimes | undefined;
  /** How many owners it has had, this process included. */
  readonly term: number;
  /** The socket that the session is played on; undefined while it is lost. */
  peer: PlayerPeer | undefined;
  timer: NodeJS.Timeout | undefined;
  /** What the operator gave its player; "ordinary" until that is known. */
  playerClass: PlayerClass;
  /** Nobody sees the page, as it says itself. */
  hidden: boolean;
  /** Nodes that failed it, and when. */
  failed: Map<string, number>;
  /** Round trips over the media paths that it has had, by node: the least of the last half minute. */
  measuredRttMs: Map<string, number>;
  trial: Trial | undefined;
  turnCount: number;
  /** Not yet given to the writer. */
  turns: SessionTurn[];
};

export type SessionFacts = Pick<Entry, "id" | "playerId" | "title" | "device" | "place" | "policy" | "pinnedNodeId" | "requestedAtMs">;

export function newEntry(facts: SessionFacts, session: Session, { term = 1, turnCount = 0 } = {}): Entry {
  return {
    ...facts,
    session,
    term,
    turnCount,
    lastLease: leaseOf(session),
    peer: undefined,
    timer: undefined,
    playerClass: "ordinary",
    hidden: false,
    failed: new Map(),
    measuredRttMs: new Map(),
    trial: undefined,
    turns: [],
  };
}

/** What all processes are told of it. */
export function toldOf(entry: Entry): SessionTold {
  const { playerId, session, peer } = entry;
  const awayUntil = awayUntilMs(session);
  const playedSince = playedSinceMs(entry);
  return {
    playerId,
    titleId: titleIdOf(entry),
    nodeIds: leasesOf(session).map(({ nodeId }) => nodeId),
    requestedAtMs: entry.requestedAtMs,
    ...(playedSince !== undefined && { playedSinceMs: playedSince }),
    ...(awayUntil !== undefined && { awayUntilMs: awayUntil }),
    ...(peer?.tabId !== undefined && { tabId: peer.tabId }),
    ending: session.state === "ending" || session.state === "ended",
  };
}

/** Since when a player has had it who has not ended it: how long such last is learned from these too, and from no check. */
export function playedSinceMs({ session, pinnedNodeId }: Pick<Entry, "session" | "pinnedNodeId">): number | undefined {
  return "end" in session || pinnedNodeId !== undefined ? undefined : session.played?.sinceMs;
}

/** The one node that it is placed on; a candidate is not yet that. */
export function nodeOf(session: Session): string | undefined {
  return leaseOf(session)?.nodeId;
}

export function leaseOf(session: Session): Lease | undefined {
  return "lease" in session ? session.lease : undefined;
}

/** Of its own, or of a node that is being measured beside it. */
export function leaseKnown({ session, trial }: Entry, epoch: number): Lease | undefined {
  return leaseUnder(session, epoch) ?? (trial?.lease.epoch === epoch ? trial.lease : undefined);
}

/** The node on which it has been seen, and is still: where others may look on. */
export function playedOn({ session }: Entry): Lease | undefined {
  if (session.state !== "streaming" && session.state !== "starting" && session.state !== "held") return undefined;
  return session.played?.runningSinceMs === undefined ? undefined : session.lease;
}

/** Undefined unless the player sees it now. */
export function playedSession({ id, session, playerId, place, pinnedNodeId }: Entry): PlayedSession | undefined {
  if (session.state !== "streaming") return undefined;
  const { lease: { nodeId }, played } = session;
  return { sessionId: id, nodeId, playedSinceMs: played.sinceMs, player: { playerId, address: place.address, check: pinnedNodeId !== undefined } };
}

export function sessionTitle({ manifest }: Title): SessionTitle {
  const { id, name, size, fps, input, runtime, sensors } = manifest;
  const ways = waysOf(runtime);
  return { id, name, size, fps, input, ...(ways && { ways }), ...(sensors && { sensors }), ...(AGENT_RUNTIMES.includes(runtime) && { agents: true }) };
}

/** From its place on a node to its first picture. */
export function startLimitMsOf({ manifest }: Title): number {
  return (manifest.startTimeoutS ?? START_TIMEOUT_S_DEFAULT) * 1000 + START_MARGIN_MS;
}

export function titleIdOf(entry: Pick<Entry, "title">): string {
  return entry.title.manifest.id;
}

export function recordOf(entry: Entry): SessionRecord {
  const { session } = entry;
  const end = "end" in session ? session.end : undefined;
  return {
    id: entry.id,
    playerId: entry.playerId,
    titleId: titleIdOf(entry),
    device: entry.device,
    state: session.state,
    lease: leaseOf(session) ?? entry.lastLease,
    requestedAtMs: entry.requestedAtMs,
    played: session.played,
    end,
    term: entry.term,
    // What it told to an owner before this one is not known here.
    ...(end && entry.told && entry.term === 1 && { told: entry.told }),
    ...(end && entry.pinnedNodeId !== undefined && { check: true }),
  };
}
