// The servers of the cluster: says that this one lives, and hears who else does.
// Also keeps the hour's seed, which decides who owns which request.

import { randomBytes } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import type { Log } from "../log.ts";
import { keepEntry } from "./keep-entry.ts";
import { BEAT_EVERY_MS, followServers, NOBODY, SERVER_TTL_MS, type ServersEvent } from "./living-servers.ts";
import type { Cluster } from "./ports.ts";
import { openSeeds, type PublishedSeed, type Seed } from "./seeds.ts";

export const Share = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const ServerValue = z.object({ share: Share, can: z.optional(z.array(z.string().check(z.maxLength(40))).check(z.maxLength(32))) });

/** What this version can and older ones could not, where others have to know it: servers of two versions run beside each other for a while. */
const CAN = ["silence-plays"] as const;
export type ServerCan = (typeof CAN)[number];

const LOOK_EVERY_MS = 500;

export interface Servers {
  readonly serverId: string;
  /** Sorted; this server is always among them. */
  living(): readonly string[];
  isAlive(serverId: string): boolean;
  /** Every one that lives. */
  allCan(what: ServerCan): boolean;
  /** Of this hour; of an earlier one while the new can't be had. */
  seed(): Seed;
  /** Of that hour, if it is still kept. MAY reject while the cluster does not answer. */
  publishedSeed(number: number): Promise<PublishedSeed | undefined>;
}

export type ServersPorts = {
  cluster: Cluster;
  clock: Clock;
  log: Log;
  events: {
    /** Its sessions need another owner. MUST NOT throw. */
    onGone(serverId: string): void;
    /** Somebody came or went. MUST NOT throw. */
    onChanged(): void;
  };
};

/** Resolves when this server is known and knows the others. The scope's close says goodbye. */
export async function openServers({ cluster, clock, log, events }: ServersPorts, scope: Scope): Promise<Servers> {
  const { serverId } = cluster;
  const bucket = await cluster.bucket("servers", { schema: ServerValue, ttlMs: SERVER_TTL_MS });
  let state = NOBODY;

  function handle(event: ServersEvent): void {
    const before = state.servers;
    const [after, gone] = followServers(state, event, clock.monotonicMs());
    state = after;
    for (const id of gone) {
      if (id === serverId) continue;
      log.warn({ serverId: id }, "server gone");
      events.onGone(id);
    }
    if (event.type === "present" && !before.has(event.serverId) && event.serverId !== serverId) log.info({ serverId: event.serverId }, "server joined");
    if (before.size !== after.servers.size) events.onChanged();
  }

  const value = { share: randomBytes(32).toString("hex") };
  await keepEntry(bucket, { key: serverId, value: { ...value, can: [...CAN] }, rewriteEveryMs: BEAT_EVERY_MS }, log, scope);
  await bucket.watch((change) => {
    const { key, revision } = change;
    handle(change.type === "present" ? { type: "present", serverId: key, share: change.value.share, can: change.value.can, revision } : { type: "gone", serverId: key, revision });
  }, scope);
  const looking = setInterval(() => handle({ type: "looked", connected: cluster.connected }), LOOK_EVERY_MS);
  scope.own(looking, () => clearInterval(looking));

  const shares = () => [...state.servers].map(([id, { share }]) => ({ serverId: id, share }));
  const seeds = await openSeeds({ cluster, clock, log, shares: () => (state.servers.has(serverId) ? shares() : [...shares(), { serverId, ...value }]) }, scope);

  return {
    serverId,
    living: () => [...new Set([...state.servers.keys(), serverId])].sort(),
    isAlive: (id) => id === serverId || state.servers.has(id),
    allCan: (what) => [...state.servers].every(([id, { can }]) => id === serverId || can.includes(what)),
    seed: seeds.current,
    publishedSeed: seeds.published,
  };
}
