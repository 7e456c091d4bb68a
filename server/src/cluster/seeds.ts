// The seed of each hour, made once for all servers from a share of each, and
// published: the shares beside it let anyone make it again.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import type { Log } from "../log.ts";
import type { Cluster } from "./ports.ts";
import { mixSeed } from "./rank-indexers.ts";

const SEED_EVERY_MS = 60 * 60_000;
/** Long enough to check yesterday's draws. */
const SEED_TTL_MS = 7 * 24 * 60 * 60_000;
const LOOK_EVERY_MS = 5_000;

const SeedValue = z.object({
  seed: z.string().check(z.minLength(1), z.maxLength(128)),
  shares: z.array(z.object({ serverId: z.string(), share: z.string() })),
});

/** With what went into it, by which anyone can make it again. */
export type PublishedSeed = z.infer<typeof SeedValue>;

/** `number` is the hour since 1970 that it was made for. */
export type Seed = { readonly number: number; readonly seed: string };

type Ports = { cluster: Cluster; clock: Clock; log: Log; shares(): { serverId: string; share: string }[] };

export async function openSeeds({ cluster, clock, log, shares }: Ports, scope: Scope) {
  const bucket = await cluster.bucket("seeds", { schema: SeedValue, ttlMs: SEED_TTL_MS });
  const hour = () => Math.floor(clock.wallMs() / SEED_EVERY_MS);
  let seed = await agree(hour());

  /** The first seed of an hour stands. */
  async function agree(number: number): Promise<Seed> {
    const key = String(number);
    const put = shares();
    const made = { seed: mixSeed(number, put), shares: put };
    const mine = await bucket.create(key, made);
    const agreed = mine === undefined ? await bucket.get(key) : { value: made };
    if (!agreed) throw new Error("the seed of this hour is of another version");
    return { number, seed: agreed.value.seed };
  }

  let asking = false;
  const looking = setInterval(() => {
    if (asking || hour() === seed.number) return;
    asking = true;
    agree(hour())
      .then((next) => {
        seed = next;
      })
      .catch((error: unknown) => log.debug({ error }, "the seed of this hour can't be had yet"))
      .finally(() => {
        asking = false;
      });
  }, LOOK_EVERY_MS);
  scope.own(looking, () => clearInterval(looking));

  return {
    current: (): Seed => seed,
    /** MAY reject while the cluster does not answer. */
    published: async (number: number): Promise<PublishedSeed | undefined> => (await bucket.get(String(number)))?.value,
  };
}
