// Who waits at the other processes: each tells all who waits at it, in one entry of the
// `queue` bucket, while anybody does. A process that is alone tells nobody anything.
//
// What is told is only used to let others go first. A slot is had by its lease, so an
// entry that is old or wrong costs somebody a moment and nobody a slot; and no process
// is waited for that doesn't take what it could (`YIELD_MS`).

import type { Scope } from "@nearframe/shared/lifetime";
import { PLACEMENT_POLICIES } from "@nearframe/shared/protocol/client-to-server";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import { keepEntry, type KeptEntry } from "../cluster/keep-entry.ts";
import { ClusterUnavailableError, type Cluster, type KeyValueChange } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { PRIORITY_CLASSES } from "../queue/line.ts";
import { CLOCK_TRUST_MS, LINE_TELL_MS, LINE_RETELL_MS, LINE_TOLD_MAX, LINE_TTL_MS, YIELD_MS } from "./limits.ts";
import type { SessionServers } from "./servers.ts";
import type { SessionDirectory } from "./session-directory.ts";

const FAILED_TOLD_MAX = 8;
const Text = z.string().check(z.maxLength(200));

const Waiting = z.object({
  sessionId: Id,
  priority: z.enum(PRIORITY_CLASSES),
  publisher: Text,
  titleId: Id,
  policy: z.optional(z.enum(PLACEMENT_POLICIES)),
  place: z.object({ address: z.optional(Text), timeZone: z.optional(Text) }),
  /** Nodes that have failed it. */
  failedNodeIds: z.array(Id).check(z.maxLength(FAILED_TOLD_MAX)),
  /** Both by its owner's clock. The first decides its place, the second how far it may be placed by now. */
  askedAtMs: z.number(),
  sinceMs: z.number(),
  now: z.enum([
    "waiting",
    /** Its owner is about to take a slot for it. */
    "placing",
    /** Its player is away: the place is kept, and no slot is wanted. */
    "away",
  ]),
});
/** One who waits, as others need to know it. */
export type WaitingTold = z.infer<typeof Waiting>;

const LineTold = z.object({
  /** Its writer's clock. */
  nowMs: z.number(),
  waiting: z.array(Waiting).check(z.maxLength(LINE_TOLD_MAX)),
});
type LineTold = z.infer<typeof LineTold>;

export type WaitingElsewhere = WaitingTold & { readonly serverId: string };

type Heard = { readonly waiting: readonly WaitingTold[]; readonly text: string; readonly revision: number; /** How far its clock is behind ours, at most. */ readonly behindMs: number };

export type SharedLinePorts = {
  cluster: Cluster;
  servers: SessionServers;
  directory: Pick<SessionDirectory, "find">;
  log: Log;
  nowMs(): number;
  /** Who waits here, in the order in which they came. */
  waitingHere(): readonly WaitingTold[];
  /** The line of another process is not what it was. MUST NOT throw. */
  onChanged(): void;
};

export type SharedLine = Awaited<ReturnType<typeof openSharedLine>>;

/** Resolves when every line of the cluster is known. */
export async function openSharedLine(ports: SharedLinePorts, scope: Scope) {
  const { cluster, servers, directory, log, nowMs, waitingHere, onChanged } = ports;
  const { serverId } = cluster;
  const bucket = await cluster.bucket("queue", { schema: LineTold, ttlMs: LINE_TTL_MS });
  const heard = new Map<string, Heard>();
  /** By process: since when it could have taken a slot, by what is known here. */
  const couldSinceMs = new Map<string, number>();
  /** Those that could for so long that nobody waits for them, until they go on. */
  const slow = new Set<string>();
  let own: { scope: Scope; entry: KeptEntry<LineTold>; text: string; toldAtMs: number } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let telling = false;
  scope.own(heard, () => clearTimeout(timer));
  await bucket.watch(hear, scope);

  function hear(change: KeyValueChange<LineTold>): void {
    const before = heard.get(change.key);
    if (change.key === serverId || (before && before.revision > change.revision)) return;
    const waiting = change.type === "present" ? change.value.waiting : [];
    const text = JSON.stringify(waiting);
    const left = new Set(waiting.map(({ sessionId }) => sessionId));
    // It goes on: somebody of its line has a slot, or has left.
    if (before?.waiting.some(({ sessionId }) => !left.has(sessionId))) {
      couldSinceMs.delete(change.key);
      slow.delete(change.key);
    }
    if (change.type === "gone") heard.delete(change.key);
    else {
      const behindMs = Math.min(before?.behindMs ?? Infinity, nowMs() - change.value.nowMs);
      heard.set(change.key, { waiting, text, revision: change.revision, behindMs });
    }
    if (text !== (before?.text ?? "[]")) onChanged();
  }

  /** Those of living processes, unless the directory knows better already. */
  function elsewhere(): WaitingElsewhere[] {
    return [...heard].flatMap(([id, { waiting, behindMs }]) => {
      if (!servers.isAlive(id)) return [];
      // All use the same numbers, so that all see the same order; a clock that is plainly wrong is put right.
      const shiftMs = Math.abs(behindMs) > CLOCK_TRUST_MS ? behindMs : 0;
      return waiting.flatMap((one) => {
        const entry = directory.find(one.sessionId);
        if (entry?.ownerId !== id || entry.nodeIds.length > 0 || entry.ending) return [];
        return [{ ...one, serverId: id, askedAtMs: one.askedAtMs + shiftMs, sinceMs: one.sinceMs + shiftMs }];
      });
    });
  }

  /** After a look at the line: the processes for which a slot was left. */
  function noteYielded(serverIds: ReadonlySet<string>): void {
    for (const id of couldSinceMs.keys()) if (!serverIds.has(id)) couldSinceMs.delete(id);
    for (const id of serverIds) {
      const sinceMs = couldSinceMs.get(id) ?? nowMs();
      couldSinceMs.set(id, sinceMs);
      if (nowMs() - sinceMs >= YIELD_MS) slow.add(id);
    }
  }

  /** Who waits here has changed. What settles within a moment is never told. */
  function changed(waitingCount: number): void {
    if (timer !== undefined || scope.closed || (!own && (waitingCount === 0 || alone()))) return;
    timer = setTimeout(() => {
      timer = undefined;
      void tell();
    }, LINE_TELL_MS);
  }

  const alone = (): boolean => servers.rank("", "").length <= 1;

  async function tell(): Promise<void> {
    if (telling) return changed(1);
    telling = true;
    try {
      await tellNow();
    } catch (error) {
      if (!scope.closed && !(error instanceof ClusterUnavailableError)) log.error({ error }, "who waits here could not be told");
    } finally {
      telling = false;
    }
  }

  async function tellNow(): Promise<void> {
    const waiting = waitingHere().slice(0, LINE_TOLD_MAX);
    if (waiting.length === 0 || alone()) {
      const before = own;
      own = undefined;
      return before?.scope.close();
    }
    const text = JSON.stringify(waiting);
    const value = { nowMs: nowMs(), waiting };
    if (!own) {
      const entryScope = scope.child();
      try {
        const entry = await keepEntry(bucket, { key: serverId, value, rewriteEveryMs: LINE_TTL_MS }, log, entryScope);
        own = { scope: entryScope, entry, text, toldAtMs: value.nowMs };
      } catch (error) {
        await entryScope.close();
        throw error;
      }
    } else if (text !== own.text || value.nowMs - own.toldAtMs >= LINE_RETELL_MS) {
      own.entry.set(value);
      own = { ...own, text, toldAtMs: value.nowMs };
    }
  }

  return {
    elsewhere,
    changed,
    noteYielded,
    /** It could have had a slot for long enough; others go first until it goes on. */
    isSlow: (id: string): boolean => slow.has(id),
  };
}

/** As many of the nodes that failed a session as are worth telling. */
export function failedTold(nodeIds: Iterable<string>): string[] {
  return [...nodeIds].slice(-FAILED_TOLD_MAX);
}
