// How long sessions lasted, at all processes: each keeps those that ended at it in one entry
// of the bucket `session-lengths`, so that all reckon the wait from the same, and a process
// that has just started from what the others have seen. Entries outlive their process.

import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { ClusterUnavailableError, type Cluster } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import type { EndsKnown } from "../queue/session-lengths.ts";
import { LENGTHS_KEPT_MAX, LENGTHS_TELL_MS, LENGTHS_TOLD_MAX, LENGTHS_TTL_MS } from "./limits.ts";

const Ended = z.object({
  /** By its process's clock: tells newer ones from older, and when it began. */
  endedAtMs: z.number(),
  lengthMs: z.number().check(z.gte(0)),
});
type Ended = z.infer<typeof Ended>;
const LengthsTold = z.object({ ended: z.array(Ended).check(z.maxLength(LENGTHS_TOLD_MAX)) });

export type SharedLengths = Awaited<ReturnType<typeof openSharedLengths>>;

/** Resolves when what every process of the cluster has seen is known. */
export async function openSharedLengths({ cluster, log, nowMs }: { cluster: Cluster; log: Log; nowMs(): number }, scope: Scope) {
  const { serverId } = cluster;
  const bucket = await cluster.bucket("session-lengths", { schema: LengthsTold, ttlMs: LENGTHS_TTL_MS });
  const own: Ended[] = [];
  const others = new Map<string, readonly Ended[]>();
  const openedAtMs = nowMs();
  let newest: EndsKnown | undefined;
  let revision: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  scope.own(others, () => clearTimeout(timer));
  await bucket.watch((change) => {
    if (change.key === serverId) return;
    if (change.type === "present") others.set(change.key, change.value.ended);
    else others.delete(change.key);
    newest = undefined;
  }, scope);

  function tellLater(): void {
    if (scope.closed) return;
    timer ??= setTimeout(() => {
      timer = undefined;
      void tell();
    }, LENGTHS_TELL_MS);
  }

  async function tell(): Promise<void> {
    const value = { ended: own.slice(-LENGTHS_TOLD_MAX) };
    try {
      const written = revision === undefined ? await bucket.create(serverId, value) : await bucket.update(serverId, value, revision);
      // It expired while nothing ended here, or a write arrived that got no answer.
      revision = written ?? (await bucket.get(serverId))?.revision;
      if (written === undefined) tellLater();
    } catch (error) {
      if (scope.closed) return;
      if (!(error instanceof ClusterUnavailableError)) log.error({ error }, "how long sessions lasted here could not be told");
      tellLater();
    }
  }

  /** Of all processes the last ones; older ones say less of today. */
  function lastEnded(): EndsKnown {
    const all = [own, ...others.values()].flat().toSorted((a, b) => a.endedAtMs - b.endedAtMs);
    const ended = all.slice(-LENGTHS_KEPT_MAX);
    // Nothing ends at a process before it is there, so what any has seen is known from its first end on; where
    // a list was cut, from the oldest that is left.
    const cuts = [
      ...(ended.length === LENGTHS_KEPT_MAX ? [ended[0]] : []),
      ...[...others.values()].filter((list) => list.length === LENGTHS_TOLD_MAX).map((list) => list[0]),
    ];
    const beganAtMs = Math.min(openedAtMs, all[0]?.endedAtMs ?? openedAtMs);
    return { ended, sinceMs: Math.max(beganAtMs, ...cuts.map((oldest) => oldest?.endedAtMs ?? 0)) };
  }

  return {
    /** A session of this process was over for its player after so long. */
    observe(lengthMs: number): void {
      own.push({ endedAtMs: nowMs(), lengthMs });
      if (own.length > LENGTHS_KEPT_MAX) own.shift();
      newest = undefined;
      tellLater();
    },
    lastEnded: (): EndsKnown => (newest ??= lastEnded()),
  };
}
