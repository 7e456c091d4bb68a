// Which players are checks, and of which node: known to all servers and to nobody else. A
// checker comes in by the players' door as a guest whose token the referee made; here it is
// written that this guest is to be placed on the node that it checks.

import type { Scope } from "@nearframe/shared/lifetime";
import { Id } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import type { Cluster } from "../cluster/ports.ts";

const Pin = z.object({
  nodeId: Id,
  taskId: Id,
  /** An audit: what the node says of its transports is bent on its way to this player (`silence.ts`). */
  silent: z.optional(z.literal(true)),
});
export type Pin = z.infer<typeof Pin>;

/** Far above what a check takes; what nobody took away goes by itself. */
const PIN_TTL_MS = 10 * 60_000;

export interface Pins {
  find(playerId: string): Pin | undefined;
  /** Resolves when every server will know before the player can ask. MAY reject while the cluster does not answer. */
  set(playerId: string, pin: Pin): Promise<void>;
}

/** Resolves when every pin of the cluster is known. */
export async function openPins(cluster: Cluster, scope: Scope): Promise<Pins> {
  const bucket = await cluster.bucket("check-pins", { schema: Pin, ttlMs: PIN_TTL_MS });
  const pins = new Map<string, Pin>();
  await bucket.watch((change) => {
    if (change.type === "present") pins.set(change.key, change.value);
    else pins.delete(change.key);
  }, scope);
  return {
    find: (playerId) => pins.get(playerId),
    async set(playerId, pin) {
      await bucket.create(playerId, pin);
      pins.set(playerId, pin);
    },
  };
}
