// Codes by which another device becomes the same player. They lie in the cluster, so that
// any server process gives out what another has made, and go by themselves.

import { randomInt } from "node:crypto";
import { HANDOFF_LENGTH, HANDOFF_LETTERS, HANDOFF_LIFE_MS } from "@nearframe/shared/api/handoff";
import type { Clock } from "@nearframe/shared/clock";
import * as z from "zod/mini";
import type { Cluster } from "../cluster/ports.ts";

const HandoffEntry = z.object({ playerId: z.string(), untilMs: z.number() });

/** A player who asks faster is no person with two devices. */
const EVERY_MS = 2_000;
/** Whom this process remembers for it; beyond, nobody gets a code for a moment. */
const PLAYERS_MAX = 10_000;

export interface Handoffs {
  /** Undefined where the player asked a moment ago. */
  make(playerId: string): Promise<string | undefined>;
  /** Whose it is; undefined if there is no such code now. A code MUST be taken once only. */
  take(code: string): Promise<string | undefined>;
}

export async function openHandoffs({ cluster, clock }: { cluster: Pick<Cluster, "bucket">; clock: Clock }): Promise<Handoffs> {
  const bucket = await cluster.bucket("handoffs", { schema: HandoffEntry, ttlMs: HANDOFF_LIFE_MS });
  const askedAtMs = new Map<string, number>();
  return {
    async make(playerId) {
      const nowMs = clock.monotonicMs();
      for (const [id, atMs] of askedAtMs) {
        // In order of asking: the first that is young enough ends it.
        if (nowMs - atMs < EVERY_MS) break;
        askedAtMs.delete(id);
      }
      if (askedAtMs.has(playerId) || askedAtMs.size >= PLAYERS_MAX) return undefined;
      askedAtMs.set(playerId, nowMs);
      const code = Array.from({ length: HANDOFF_LENGTH }, () => HANDOFF_LETTERS[randomInt(HANDOFF_LETTERS.length)]).join("");
      const made = await bucket.create(code, { playerId, untilMs: clock.wallMs() + HANDOFF_LIFE_MS });
      return made === undefined ? undefined : code;
    },
    async take(code) {
      const entry = await bucket.get(code);
      // Of two who try at once one deletes it.
      if (!entry || !(await bucket.delete(code, entry.revision))) return undefined;
      return clock.wallMs() < entry.value.untilMs ? entry.value.playerId : undefined;
    },
  };
}
