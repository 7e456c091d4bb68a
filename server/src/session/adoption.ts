// Sessions whose owner is gone, and those that outlived every process: whoever is
// next in rank takes them over by compare-and-set and builds them from the store.
// Player and node may still be connected to each other; media never notices.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import type { SessionRecord, SessionStore } from "../store/ports.ts";
import { newEntry, startLimitMsOf, type Entry } from "./entry.ts";
import { ADOPT_STEP_MS, ADOPT_SWEEP_MS, QUEUE_HOLD_MS } from "./limits.ts";
import type { PlayerClasses } from "./player-classes.ts";
import type { SessionNodes, SessionSlots, SessionTitles } from "./ports.ts";
import type { SessionServers } from "./servers.ts";
import { restoredInLine, restoredSession, type Lease, type Session } from "./session.ts";
import type { SessionDirectory } from "./session-directory.ts";
import type { SessionTable } from "./session-table.ts";
import type { SessionWriter } from "./session-writer.ts";

export type AdoptionPorts = {
  clock: Clock;
  log: Log;
  servers: SessionServers;
  directory: SessionDirectory;
  table: SessionTable;
  writer: SessionWriter;
  slots: Pick<SessionSlots, "adopt">;
  nodes: Pick<SessionNodes, "expect">;
  titles: SessionTitles;
  store: Pick<SessionStore, "openSessions" | "openSession">;
  classes: PlayerClasses;
  pinnedNode(playerId: string): string | undefined;
};

type Found = { record: SessionRecord; turnCount: number };

export type Adoption = ReturnType<typeof createAdoption>;

export function createAdoption(ports: AdoptionPorts, scope: Scope) {
  const { clock, log, servers, directory, table, writer, slots, nodes, titles, store, classes, pinnedNode } = ports;
  /** By session: since when its owner has been missed. */
  const missedSinceMs = new Map<string, number>();
  const busy = new Set<string>();
  const sweeping = setInterval(sweep, ADOPT_SWEEP_MS);
  scope.own(sweeping, () => clearInterval(sweeping));
  const steps = new Set<NodeJS.Timeout>();
  scope.own(steps, () => {
    for (const timer of steps) clearTimeout(timer);
  });

  /** At the start: what nobody has. What has an owner, dead or alive, is the sweep's business. */
  async function restore(): Promise<void> {
    for (const found of await store.openSessions()) {
      const { record } = found;
      if (directory.find(record.id) || table.find(record.id)) continue;
      const term = record.term + 1;
      const { playerId, titleId, requestedAtMs } = record;
      const told = { playerId, titleId, nodeIds: [], requestedAtMs, ending: false };
      await directory.restore(record.id, told, term, () => build(found, term, false));
    }
  }

  /** A process came or went, or time did. */
  function sweep(): void {
    const nowMs = clock.monotonicMs();
    for (const [sessionId, { ownerId, playerId }] of directory.all()) {
      if (servers.isAlive(ownerId)) {
        missedSinceMs.delete(sessionId);
        continue;
      }
      const sinceMs = missedSinceMs.get(sessionId) ?? nowMs;
      missedSinceMs.set(sessionId, sinceMs);
      const place = servers.rank(sessionId, playerId).indexOf(servers.serverId);
      // Each waits for those before it, and then tries as well: one of all succeeds.
      const waitMs = place * ADOPT_STEP_MS - (nowMs - sinceMs);
      if (waitMs <= 0) void takeOver(sessionId, ownerId);
      else if (waitMs < ADOPT_SWEEP_MS) later(waitMs);
    }
    for (const sessionId of missedSinceMs.keys()) if (!directory.find(sessionId)) missedSinceMs.delete(sessionId);
  }

  function later(waitMs: number): void {
    const timer = setTimeout(() => {
      steps.delete(timer);
      sweep();
    }, waitMs);
    steps.add(timer);
  }

  async function takeOver(sessionId: string, ownerId: string): Promise<void> {
    if (busy.has(sessionId)) return;
    busy.add(sessionId);
    try {
      const found = await store.openSession(sessionId);
      // It has ended, or never got as far as the store: nobody can go on with it.
      if (!found) return await directory.bury(sessionId, ownerId);
      await directory.takeOver(sessionId, (term) => build(found, term, true));
    } catch (error) {
      if (scope.closed) return;
      if (!(error instanceof ClusterUnavailableError)) log.error({ sessionId, error }, "a session could not be taken over");
    } finally {
      busy.delete(sessionId);
    }
  }

  /** `early`: also what has not been played yet, for its player may be waiting at another process. */
  function build({ record, turnCount }: Found, term: number, early: boolean): void {
    const title = titles.find(record.titleId);
    const session = title && stateOf(record, startLimitMsOf(title), early, table.nowMs());
    if (!title || !session) {
      end(record, title ? EndReason.ServerStopped : EndReason.TitleUnknown, term, turnCount);
      return directory.remove(record.id);
    }
    const { id, playerId, device, requestedAtMs } = record;
    const place = { address: undefined, timeZone: undefined };
    const facts = { id, playerId, title, device, place, policy: undefined, pinnedNodeId: pinnedNode(playerId), requestedAtMs };
    const entry = newEntry(facts, session, { term, turnCount });
    if ("lease" in session) nodes.expect(session.lease.nodeId, id);
    table.adopt(entry);
    classes.lookUp(entry);
    log.info({ sessionId: id, term, state: session.state, nodeId: record.lease?.nodeId }, "session taken over");
    if ("lease" in session) void takeLease(entry, session.lease);
    table.placeQueued();
  }

  async function takeLease(entry: Entry, lease: Lease): Promise<void> {
    try {
      const adopted = await slots.adopt(lease, entry.id);
      if (!adopted) table.apply(entry, { type: "lease-lost", epoch: lease.epoch });
    } catch (error) {
      // The node itself still counts the session, so nobody else gets the slot meanwhile.
      if (!scope.closed) log.warn({ sessionId: entry.id, error }, "a session's lease could not be taken over now");
    }
  }

  function end(record: SessionRecord, reason: EndReason, term: number, ordinal: number): void {
    const atMs = table.nowMs();
    const state = "ended";
    const isCheck = pinnedNode(record.playerId) !== undefined;
    writer.write({ ...record, state, term, end: { reason, detail: undefined, atMs }, ...(isCheck && { check: true }) }, [
      { sessionId: record.id, ordinal, atMs, event: "server-restarted", state },
    ]);
  }

  return { restore, sweep };
}

/** Undefined for what is not worth going on with. */
function stateOf({ state, lease, played }: SessionRecord, startLimitMs: number, early: boolean, nowMs: number): Session | undefined {
  if (!played && !early) return undefined;
  if (lease && (state === "starting" || state === "streaming" || state === "held")) return restoredSession(lease, played, startLimitMs, nowMs);
  return restoredInLine(played, QUEUE_HOLD_MS, nowMs);
}
