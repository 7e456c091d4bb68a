// PostgreSQL as a service: a small pool of connections that several servers and
// its own restarts leave in good order.
//
// A query waits for a connection, an answer and a lock no longer than it should;
// so a PostgreSQL that is away or stuck is an error in the log and a retry by
// whoever writes, never a server that stands still.

import type { Scope } from "@nearframe/shared/lifetime";
import pg from "pg";
import type { Log } from "../../../log.ts";
import type { SqlDatabase, SqlQueries, SqlRow } from "../../database.ts";

/**
 * PERF: one server writes a session in about a millisecond, so that ten
 * connections carry thousands of writes a second; PostgreSQL takes 100 in all by
 * default, which leaves room for nine servers.
 */
const CONNECTIONS_MAX = 10;
/** Dialling, or waiting for one of the others to be done. */
const CONNECT_MS = 3_000;
/** Our statements take milliseconds; the longest trims a table. */
const USUAL: Limits = { statementMs: 5_000, lockMs: 4_000 };
/** Another server may be changing the schema of a large database while this one starts. */
const PATIENT: Limits = { statementMs: 10 * 60_000, lockMs: 10 * 60_000 };
/** On top of the statement's own limit, for a PostgreSQL that doesn't even refuse. */
const ANSWER_MARGIN_MS = 1_000;
/** Somebody who died within a transaction holds up nobody for longer. */
const IDLE_IN_TRANSACTION_MS = 15_000;
const IDLE_CONNECTION_MS = 30_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
/** A PostgreSQL that starts together with us is there by then. */
const FIRST_CONNECT_MS = 15_000;
const FIRST_TRY_EVERY_MS = 500;

/** `bigint` columns are counts and ordinals of ours, below 2^53; PGlite gives them as numbers too. */
const INT8 = 20;
const types = new pg.TypeOverrides();
types.setTypeParser(INT8, Number);

export type Limits = { statementMs: number; lockMs: number };

export type PostgresOptions = {
  /** As DATABASE_URL. */
  url: string;
  /** How long a PostgreSQL that starts together with us is waited for. */
  firstConnectMs?: number;
  /** Of all that is not patient. */
  limits?: Limits;
};

/** Rejects with one sentence for the operator when PostgreSQL can't be used. */
export async function openPostgresDatabase(
  { url, firstConnectMs = FIRST_CONNECT_MS, limits = USUAL }: PostgresOptions,
  log: Log,
  scope: Scope,
): Promise<SqlDatabase> {
  const pool = new pg.Pool({ ...connectionOptions(url, limits), max: CONNECTIONS_MAX, idleTimeoutMillis: IDLE_CONNECTION_MS });
  // Of a connection that nobody is using; the pool makes another when one is asked for.
  pool.on("error", (error) => log.warn({ error }, "a connection to PostgreSQL is lost"));
  scope.own(pool, (pool) => pool.end());
  await reachFirst(pool, url, firstConnectMs, scope);
  return {
    ...queriesOn(pool),
    async transaction(work, { patient = false } = {}) {
      if (!patient) return transact(await pool.connect(), work);
      const client = new pg.Client(connectionOptions(url, PATIENT));
      try {
        await client.connect();
        return await transact(client, work);
      } finally {
        await client.end();
      }
    },
  };
}

function connectionOptions(url: string, { statementMs, lockMs }: Limits): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: "nearframe",
    types,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    query_timeout: statementMs + ANSWER_MARGIN_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
  };
}

async function transact<T>(client: pg.PoolClient | pg.Client, work: (queries: SqlQueries) => Promise<T>): Promise<T> {
  // A connection that breaks between two queries is heard by the next of them.
  const ignore = () => {};
  client.on("error", ignore);
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(queriesOn(client));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.off("error", ignore);
    // One that can't even roll back is closed, and with it goes what it had begun.
    if ("release" in client) client.release(broken);
  }
}

function queriesOn(connection: pg.Pool | pg.PoolClient | pg.Client): SqlQueries {
  return {
    async query(sql, values = []) {
      const result = await connection.query<SqlRow>(sql, [...values]);
      return result.rows;
    },
    async run(sql) {
      await connection.query(sql);
    },
  };
}

/** Only who isn't there yet is waited for; a refusal is final. */
async function reachFirst(pool: pg.Pool, url: string, limitMs: number, scope: Scope): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      await pool.query("select 1");
      return;
    } catch (error) {
      scope.signal.throwIfAborted();
      if (!isAway(error) || performance.now() > deadlineMs) throw new Error(explain(error, url), { cause: error });
    }
    await new Promise((resolve) => setTimeout(resolve, FIRST_TRY_EVERY_MS));
  }
}

/** PostgreSQL's classes of errors: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STARTING_UP = "57P03";

function isAway(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return error.code === STARTING_UP;
}

/** Without the password that the address may hold. */
function explain(error: unknown, url: string): string {
  const { host, pathname } = new URL(url);
  const place = `the database${pathname === "/" || pathname === "" ? "" : ` "${pathname.slice(1)}"`} at ${host || "this machine"}`;
  const { message, code } = error as Error & { code?: string };
  if (code?.startsWith("28")) return `${place} refuses us (${message}): correct user and password in DATABASE_URL`;
  if (code === "3D000") return `${place} does not exist: make it (createdb), or correct DATABASE_URL`;
  return `${place} can't be reached (${message || code}): start PostgreSQL, or correct DATABASE_URL`;
}
