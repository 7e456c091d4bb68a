// Who owns which session: the cluster's `sessions` bucket, watched by all. Each
// session has one entry, which its owner writes and nobody else, until the owner is
// gone; then another takes it over by compare-and-set. Whoever loses an entry has
// lost the session, whatever it believed meanwhile.

import type { Scope } from "@nearframe/shared/lifetime";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import { ClusterUnavailableError, type Cluster, type KeyValue, type KeyValueChange } from "../cluster/ports.ts";
import type { Log } from "../log.ts";

export const SessionEntry = z.object({
  ownerId: z.string(),
  /** How many owners it has had, the present one included. */
  term: z.int(),
  playerId: Id,
  titleId: Id,
  /** The nodes that hold a slot for it: several while the player measures them. */
  nodeIds: z.array(Id),
  /** By its first owner's clock; not there in the entries of earlier versions. */
  requestedAtMs: z.optional(z.number()),
  /** By the clock of who owned it then: its first picture. Not there before that, nor for a check. */
  playedSinceMs: z.optional(z.number()),
  /** Until when it waits for a player who is away; undefined for one who is there. */
  awayUntilMs: z.optional(z.number()),
  /** Of the browser tab that plays it. */
  tabId: z.optional(z.string()),
  /** Over for the player. */
  ending: z.boolean(),
});
export type SessionEntry = z.infer<typeof SessionEntry>;

export type SessionTold = Omit<SessionEntry, "ownerId" | "term">;

export interface DirectoryEvents {
  /** Another process has the session now. MUST NOT throw. */
  onDisowned(sessionId: string): void;
  /** A session of another process is new, has changed, or is gone. MUST NOT throw. */
  onChanged(sessionId: string, entry: SessionEntry | undefined, before: SessionEntry | undefined): void;
}

export type DirectoryPorts = {
  cluster: Cluster;
  log: Log;
  /**
   * Whether the session has ended or had a later owner, by the store. An entry that went may
   * have been taken over and taken away by another; or the bucket has lost it. MAY reject.
   */
  isOver(sessionId: string, term: number): Promise<boolean>;
  events: DirectoryEvents;
};

export type SessionDirectory = Awaited<ReturnType<typeof openSessionDirectory>>;

/** A write that got no answer is tried again after this. */
const RETRY_MS = 1_000;

/** This process's own word on one session: the newest is written, one write at a time. */
type Own = { term: number; revision: number; told: SessionTold; written: string; writing: boolean; leaving: boolean };

/** Resolves when every session of the cluster is known. */
export async function openSessionDirectory(
  { cluster, log, isOver, events }: DirectoryPorts,
  scope: Scope,
) {
  const { serverId } = cluster;
  const bucket: KeyValue<SessionEntry> = await cluster.bucket("sessions", { schema: SessionEntry });
  const known = new Map<string, { entry: SessionEntry; revision: number }>();
  const byPlayer = new Groups();
  const byNode = new Groups();
  const own = new Map<string, Own>();
  /** On their way to this process. */
  const taking = new Map<string, Promise<number | undefined>>();
  const retries = new Set<NodeJS.Timeout>();
  scope.own(retries, () => {
    for (const timer of retries) clearTimeout(timer);
  });
  await bucket.watch(hear, scope);

  function hear(change: KeyValueChange<SessionEntry>): void {
    const { key: sessionId, revision } = change;
    // Our own word may come back before the answer to it; who hears of the session then would not find it.
    if (change.type === "present" && change.value.ownerId === serverId && taking.has(sessionId)) return;
    const before = known.get(sessionId);
    if (before && before.revision > revision) return;
    const entry = change.type === "present" ? change.value : undefined;
    if (entry) known.set(sessionId, { entry, revision });
    else known.delete(sessionId);
    index(sessionId, before?.entry, entry);
    const mine = own.get(sessionId);
    if (mine && entry && entry.ownerId !== serverId && entry.term > mine.term) lose(sessionId);
    // Perhaps the bucket lost what it kept: a session that is still ours is told again.
    else if (mine && !entry && !mine.leaving && revision >= mine.revision) tellAgain(sessionId, mine);
    events.onChanged(sessionId, entry, before?.entry);
  }

  function index(sessionId: string, before: SessionEntry | undefined, after: SessionEntry | undefined): void {
    if (before && before.playerId !== after?.playerId) byPlayer.delete(before.playerId, sessionId);
    if (after) byPlayer.add(after.playerId, sessionId);
    for (const nodeId of before?.nodeIds ?? []) if (!after?.nodeIds.includes(nodeId)) byNode.delete(nodeId, sessionId);
    for (const nodeId of after?.nodeIds ?? []) byNode.add(nodeId, sessionId);
  }

  function entries(sessionIds: Iterable<string>): [sessionId: string, entry: SessionEntry][] {
    return [...sessionIds].flatMap((id) => {
      const found = known.get(id);
      return found ? [[id, found.entry] as [string, SessionEntry]] : [];
    });
  }

  function lose(sessionId: string): void {
    own.delete(sessionId);
    events.onDisowned(sessionId);
  }

  /** A new session of this process; false if somebody has it already. */
  async function claim(sessionId: string, told: SessionTold): Promise<boolean> {
    const value = { ...told, ownerId: serverId, term: 1 };
    try {
      const revision = await bucket.create(sessionId, value);
      if (revision === undefined) return false;
      take(sessionId, value, revision);
      return true;
    } catch (error) {
      later(() => void disclaim(sessionId));
      throw error;
    }
  }

  /** A claim that got no answer may have arrived all the same: its player was refused, so nobody has the session. */
  async function disclaim(sessionId: string): Promise<void> {
    try {
      const found = await bucket.get(sessionId);
      if (found?.value.ownerId === serverId && !own.has(sessionId)) await bucket.delete(sessionId, found.revision);
    } catch (error) {
      if (scope.closed) return;
      log.debug({ sessionId, error }, "whether a claim arrived can't be known yet");
      later(() => void disclaim(sessionId));
    }
  }

  function later(run: () => void): void {
    const timer = setTimeout(() => {
      retries.delete(timer);
      run();
    }, RETRY_MS);
    retries.add(timer);
  }

  /**
   * The session of an owner that is gone, unless somebody else is quicker. `build` is called before
   * anybody hears of it, so that whoever then speaks of the session finds it.
   */
  async function takeOver(sessionId: string, build: (term: number) => void): Promise<void> {
    const found = await bucket.get(sessionId);
    // An entry of ours that we do not have: our last try got no answer, and succeeded.
    if (!found || own.has(sessionId)) return;
    const value = { ...found.value, ownerId: serverId, term: found.value.term + 1 };
    const update = bucket.update(sessionId, value, found.revision).finally(() => taking.delete(sessionId));
    taking.set(sessionId, update);
    const revision = await update;
    if (revision !== undefined) take(sessionId, value, revision, build);
  }

  /** A session that the store has and no process: it outlived all of them. Not taken if it has an entry after all. */
  async function restore(sessionId: string, told: SessionTold, term: number, build: (term: number) => void): Promise<void> {
    const value = { ...told, ownerId: serverId, term };
    const revision = await bucket.create(sessionId, value);
    if (revision !== undefined) take(sessionId, value, revision, build);
  }

  function take(
    sessionId: string,
    { ownerId: _owner, term, ...told }: SessionEntry,
    revision: number,
    build: (term: number) => void = () => {},
  ): void {
    own.set(sessionId, { term, revision, told, written: JSON.stringify(told), writing: false, leaving: false });
    build(term);
    hear({ type: "present", key: sessionId, value: { ...told, ownerId: serverId, term }, revision });
  }

  /** Told to all, if it says anything new. */
  function publish(sessionId: string, told: SessionTold): void {
    const mine = own.get(sessionId);
    if (!mine || mine.leaving) return;
    mine.told = told;
    if (!mine.writing && JSON.stringify(told) !== mine.written) void write(sessionId, mine);
  }

  /** The session is over: nobody needs to know of it any more. */
  function remove(sessionId: string): void {
    const mine = own.get(sessionId);
    if (!mine || mine.leaving) return;
    mine.leaving = true;
    if (!mine.writing) void write(sessionId, mine);
  }

  async function write(sessionId: string, mine: Own): Promise<void> {
    mine.writing = true;
    try {
      while (own.get(sessionId) === mine) {
        if (mine.leaving) {
          const gone = await bucket.delete(sessionId, mine.revision);
          if (gone || !(await catchUp(sessionId, mine))) own.delete(sessionId);
          continue;
        }
        const text = JSON.stringify(mine.told);
        if (text === mine.written) break;
        const value = { ...mine.told, ownerId: serverId, term: mine.term };
        const revision = await bucket.update(sessionId, value, mine.revision);
        if (revision !== undefined) {
          mine.revision = revision;
          mine.written = text;
          hear({ type: "present", key: sessionId, value, revision });
        } else if (!(await catchUp(sessionId, mine))) {
          return lose(sessionId);
        }
      }
    } catch (error) {
      if (scope.closed) return;
      if (!(error instanceof ClusterUnavailableError)) log.error({ sessionId, error }, "a session's entry could not be written");
      later(() => {
        if (own.get(sessionId) === mine && !mine.writing) void write(sessionId, mine);
      });
    } finally {
      mine.writing = false;
    }
  }

  /** After a write that was refused: false if the session is another's now. */
  async function catchUp(sessionId: string, mine: Own): Promise<boolean> {
    const found = await bucket.get(sessionId);
    if (!found) {
      if (mine.leaving || (await isOver(sessionId, mine.term))) return false;
      const value = { ...mine.told, ownerId: serverId, term: mine.term };
      const revision = await bucket.create(sessionId, value);
      if (revision !== undefined) mine.revision = revision;
      return true;
    }
    // A write of ours that got no answer and arrived all the same.
    if (found.value.ownerId !== serverId || found.value.term !== mine.term) return false;
    mine.revision = found.revision;
    return true;
  }

  function tellAgain(sessionId: string, mine: Own): void {
    mine.written = "";
    if (!mine.writing) void write(sessionId, mine);
  }

  return {
    claim,
    takeOver,
    /** Of a session that is on its way to this process: resolves when it is here, or is not to be had. */
    arriving(sessionId: string): Promise<unknown> | undefined {
      const update = taking.get(sessionId);
      return update && Promise.allSettled([update]);
    },
    restore,
    publish,
    remove,
    /** Asks the keeper, for what hangs on being right. MAY reject with `ClusterUnavailableError`. */
    async isMine(sessionId: string): Promise<boolean> {
      const mine = own.get(sessionId);
      const found = mine && (await bucket.get(sessionId));
      return mine !== undefined && (!found || (found.value.ownerId === serverId && found.value.term === mine.term));
    },
    find: (sessionId: string): SessionEntry | undefined => known.get(sessionId)?.entry,
    ownerOf: (sessionId: string): string | undefined => known.get(sessionId)?.entry.ownerId,
    ofPlayer: (playerId: string) => entries(byPlayer.of(playerId)),
    onNode: (nodeId: string) => entries(byNode.of(nodeId)),
    all: () => entries(known.keys()),
    /** Sessions of other processes that have a node; one with several is still choosing among them. */
    placedElsewhere(): SessionEntry[] {
      const placed: SessionEntry[] = [];
      for (const { entry } of known.values()) if (entry.ownerId !== serverId && entry.nodeIds.length === 1) placed.push(entry);
      return placed;
    },
    /** Entries of processes that are gone, without taking the session: it has ended, as the store knows. */
    async bury(sessionId: string, ownerId: string): Promise<void> {
      const found = await bucket.get(sessionId);
      if (found?.value.ownerId === ownerId) await bucket.delete(sessionId, found.revision);
    },
  };
}

/** Sessions by something that they have in common. */
class Groups {
  readonly #groups = new Map<string, Set<string>>();

  add(name: string, sessionId: string): void {
    this.#groups.set(name, (this.#groups.get(name) ?? new Set()).add(sessionId));
  }

  delete(name: string, sessionId: string): void {
    const group = this.#groups.get(name);
    group?.delete(sessionId);
    if (group?.size === 0) this.#groups.delete(name);
  }

  of(name: string): Iterable<string> {
    return this.#groups.get(name) ?? [];
  }
}
