// Keeps servers off a database that would each believe to be alone there: they
// would restore, and end, each other's sessions. Servers that meet on NATS may be
// many, and none of them may share it with one that doesn't.
//
// The claim is a lock of PostgreSQL's on a connection of its own, so it goes with
// the process, however the process goes.

import type { Scope } from "@nearframe/shared/lifetime";
import pg from "pg";
import type { Log } from "../../../log.ts";

export type ClaimKind = "alone" | "shared";

/** Any constant will do; it only has to be ours, and another than the migrations'. */
const LOCK = 7_266_334;
const CONNECT_MS = 3_000;
/** While PostgreSQL is away nobody can claim; when it is back, those who had it should be first. */
const RECLAIM_EVERY_MS = 300;
/** A server that has just died may hold its connection a moment longer. */
const FIRST_WAIT_MS = 5_000;
const FIRST_TRY_EVERY_MS = 200;

const TRY_LOCK: Readonly<Record<ClaimKind, string>> = {
  alone: "select pg_try_advisory_lock($1) as claimed",
  shared: "select pg_try_advisory_lock_shared($1) as claimed",
};

const TAKEN: Readonly<Record<ClaimKind, string>> = {
  alone: "Another Nearframe server uses this database: give all of them the same NATS_URL, or this one a database of its own with DATABASE_URL.",
  shared: "A Nearframe server without NATS_URL uses this database: give it the same NATS_URL, or stop it.",
};

/** The message is one sentence for the operator. */
export class DatabaseTakenError extends Error {
  readonly code = "DATABASE_TAKEN";
}

export type ClaimOptions = { url: string; kind: ClaimKind; waitMs?: number };

/** Held until the scope closes. A connection that breaks is made again, and the claim with it. */
export async function claimDatabase({ url, kind, waitMs = FIRST_WAIT_MS }: ClaimOptions, log: Log, scope: Scope): Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  scope.own(TAKEN, async () => {
    clearTimeout(timer);
    await client?.end();
  });

  /** False if somebody else has it. */
  async function claim(): Promise<boolean> {
    const trying = new pg.Client({
      connectionString: url,
      application_name: "nearframe claim",
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: CONNECT_MS,
      keepAlive: true,
    });
    trying.on("error", (error) => {
      log.warn({ error }, "the connection that claims the database is lost");
      if (client === trying) reclaimLater();
    });
    try {
      await trying.connect();
      const { rows } = await trying.query<{ claimed: boolean }>(TRY_LOCK[kind], [LOCK]);
      if (rows[0]?.claimed === true && !scope.closed) {
        client = trying;
        return true;
      }
    } catch (error) {
      await trying.end().catch(() => log.debug("a connection that failed did not close"));
      throw error;
    }
    await trying.end();
    return false;
  }

  function reclaimLater(): void {
    client = undefined;
    clearTimeout(timer);
    if (scope.closed) return;
    timer = setTimeout(() => {
      claim().then(
        (claimed) => {
          if (claimed) return log.info("the database is claimed again");
          log.error(TAKEN[kind]);
          reclaimLater();
        },
        (error: unknown) => {
          log.debug({ error }, "the database can't be claimed yet");
          reclaimLater();
        },
      );
    }, RECLAIM_EVERY_MS);
  }

  const deadlineMs = performance.now() + waitMs;
  while (!(await claim())) {
    scope.signal.throwIfAborted();
    if (performance.now() > deadlineMs) throw new DatabaseTakenError(TAKEN[kind]);
    await new Promise((resolve) => setTimeout(resolve, FIRST_TRY_EVERY_MS));
  }
}
