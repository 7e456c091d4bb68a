import { Scope } from "@nearframe/shared/lifetime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLog } from "../../../log.ts";
import { createSessionWriter } from "../../../session/session-writer.ts";
import { eventually } from "../../../testing/eventually.ts";
import { startPostgres, type PostgresService } from "../../../testing/services/start-postgres.ts";
import { testScope } from "../../../testing/test-scope.ts";
import type { SqlDatabase } from "../../database.ts";
import type { Store } from "../../ports.ts";
import { newReporter, newStanding } from "../../../checking/standing.ts";
import { closed } from "../../checking-store.contract.ts";
import { openSqlStore } from "../../sql-store.ts";
import { sessionRecord, storeContract } from "../../store.contract.ts";
import { claimDatabase, type ClaimKind } from "./claim-database.ts";
import { openPostgresDatabase } from "./postgres-database.ts";

const services = new Scope();
let postgres: PostgresService;
beforeAll(async () => {
  postgres = await startPostgres(services);
});
afterAll(() => services.close());

const silentLog = createLog("silent", { write: () => {} });
const open = (url: string, scope = testScope()) => openPostgresDatabase({ url, firstConnectMs: 1_000 }, silentLog, scope);

describe("the store", () => {
  storeContract(async () => openSqlStore(await open(await postgres.createDatabase())));
});

test("a transaction that fails leaves nothing, and its connection is good for the next", async () => {
  const database = await open(await postgres.createDatabase());
  await database.run("create table t (a integer)");
  for (let count = 0; count < 20; count++) {
    const failing = database.transaction(async (queries) => {
      await queries.query("insert into t values ($1)", [1]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    const broken = database.transaction((queries) => queries.query("select no_such_column"));
    await expect(broken).rejects.toThrow("no_such_column");
  }
  expect(await database.query("select * from t")).toEqual([]);
});

describe("several servers on one database", () => {
  let started: Promise<Store> | undefined;

  test("make it at once, and each finds it whole", async () => {
    const url = await postgres.createDatabase();
    const stores = await Promise.all(Array.from({ length: 8 }, async () => openSqlStore(await open(url))));
    for (const [index, store] of stores.entries()) await store.saveSession(sessionRecord({ id: `s${index}` }), []);
    expect(await stores[0]!.openSessions()).toHaveLength(stores.length);
  });

  test("wait for one that takes its time to change the schema", async () => {
    const url = await postgres.createDatabase();
    const limits = { statementMs: 300, lockMs: 200 };
    const hurried = await openPostgresDatabase({ url, limits }, silentLog, testScope());
    await (await open(url)).transaction(async (queries) => {
      // As `migrate` takes it.
      await queries.query("select pg_advisory_xact_lock($1)", [7_266_333]);
      const waiting = openSqlStore(hurried);
      await queries.query("select pg_sleep(1)");
      void waiting.catch(() => {});
      started = waiting;
    });
    expect(await (await started!).openSessions()).toEqual([]);
    await expect(hurried.query("select pg_sleep(1)")).rejects.toThrow("statement timeout");
  });

  test("write the same sessions at once without harm", async () => {
    const url = await postgres.createDatabase();
    const stores = await Promise.all([0, 1, 2].map(async () => openSqlStore(await open(url))));
    const turnOf = (ordinal: number) => ({ sessionId: "s1", ordinal, atMs: 1_800_000_000_000 + ordinal, event: "requested", state: "queued" }) as const;
    await Promise.all(
      stores.flatMap((store, index) =>
        Array.from({ length: 30 }, (_, step) =>
          store.saveSession(sessionRecord({ lease: { nodeId: `n${index}`, slot: 0, epoch: 1 } }), [turnOf(step), turnOf(step + 1)]),
        ),
      ),
    );
    expect((await stores[0]!.sessionTurns("s1")).map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 31 }, (_, ordinal) => ordinal));
    expect(await stores[1]!.findSession("s1")).toMatchObject({ id: "s1", playerId: "p1" });
  });

  test("close an epoch once, and don't wait for each other for ever where they write of the same nodes and checkers", async () => {
    const url = await postgres.createDatabase();
    const stores = await Promise.all([0, 1, 2, 3].map(async () => openSqlStore(await open(url))));
    const standings = Array.from({ length: 3_000 }, (_, index) => newStanding(`n${index}`));
    const reporters = Array.from({ length: 3_000 }, (_, index) => newReporter(`c${index}`, 0));
    for (let round = 0; round < 3; round += 1) {
      // Two of them each epoch; each epoch in an order of its own.
      const closing = stores.map((store, index) => {
        const inOrder = <T>(list: readonly T[]) => (index < 2 ? list : list.toReversed());
        return store.closeEpoch(closed({ epoch: 2 * round + (index < 2 ? 0 : 1), standings: [...inOrder(standings)], reporters: [...inOrder(reporters)] }));
      });
      const done = await Promise.all(closing);
      expect([done.slice(0, 2), done.slice(2)].map((pair) => pair.filter(Boolean).length)).toEqual([1, 1]);
    }
  });

  test("agree on one key for each setting", async () => {
    const url = await postgres.createDatabase();
    const stores = await Promise.all([0, 1, 2, 3].map(async () => openSqlStore(await open(url))));
    const kept = await Promise.all(stores.map((store, index) => store.keepFirst("key", `from ${index}`)));
    expect(new Set(kept).size).toBe(1);
  });
});

describe("a database", () => {
  const claim = (url: string, kind: ClaimKind, scope = testScope()) => claimDatabase({ url, kind, waitMs: 300 }, silentLog, scope);

  test("is one lone server's, until that one is gone", async () => {
    const url = await postgres.createDatabase();
    const first = new Scope();
    await claim(url, "alone", first);
    await Promise.all([
      expect(claim(url, "shared")).rejects.toThrow("A Nearframe server without NATS_URL uses this database"),
      expect(claim(url, "alone")).rejects.toThrow("Another Nearframe server uses this database: give all of them the same NATS_URL"),
    ]);
    await first.close();
    await claim(url, "alone");
  });

  test("is shared by all who meet elsewhere, and by nobody else", async () => {
    const url = await postgres.createDatabase();
    await Promise.all([claim(url, "shared"), claim(url, "shared"), claim(url, "shared")]);
    await expect(claim(url, "alone")).rejects.toMatchObject({ code: "DATABASE_TAKEN" });
  });

  test("is claimed again after PostgreSQL was away", async () => {
    const own = await startPostgres(testScope());
    const url = await own.createDatabase();
    const lines: string[] = [];
    const log = createLog("debug", { write: (line) => void lines.push(line) });
    await claimDatabase({ url, kind: "alone" }, log, testScope());
    await own.stop("SIGKILL");
    await own.start();
    await eventually(() => expect(lines.join("")).toContain("claimed again"), 10_000);
    await expect(claim(url, "alone")).rejects.toMatchObject({ code: "DATABASE_TAKEN" });
  });
});

describe("what an operator reads", () => {
  test("a PostgreSQL that is not there is one sentence, without the password", async () => {
    const opening = open("postgres://nearframe:secret@127.0.0.1:1/games");
    await expect(opening).rejects.toThrow(/^the database "games" at 127\.0\.0\.1:1 can't be reached \(.*\): start PostgreSQL, or correct DATABASE_URL$/);
    await expect(opening).rejects.not.toThrow("secret");
  });

  test("a database that is not there, and a user who is not, are named at once", async () => {
    const url = new URL(await postgres.createDatabase());
    const asStranger = new URL(url);
    asStranger.username = "stranger";
    await expect(open(asStranger.href)).rejects.toThrow("correct user and password in DATABASE_URL");
    url.pathname = "/nowhere";
    await expect(open(url.href)).rejects.toThrow("make it (createdb), or correct DATABASE_URL");
  });
});

describe("when PostgreSQL goes away", () => {
  test.each(["SIGINT", "SIGKILL"] as const)("by %s, nothing that a session writer was given is lost", async (signal) => {
    const own = await startPostgres(testScope());
    const lines: string[] = [];
    const log = createLog("debug", { write: (line) => void lines.push(line) });
    const database = await openPostgresDatabase({ url: await own.createDatabase() }, log, testScope());
    const store = await openSqlStore(database);
    const writer = createSessionWriter({ store, log }, testScope());
    const write = (index: number) => {
      const id = `s${index}`;
      writer.write(sessionRecord({ id }), [{ sessionId: id, ordinal: 0, atMs: 1_800_000_000_000, event: "requested", state: "queued" }]);
    };
    for (let index = 0; index < 50; index++) write(index);
    await own.stop(signal);
    for (let index = 50; index < 100; index++) write(index);
    await eventually(() => expect(lines.join("")).toContain("a session could not be stored"));
    await own.start();
    await eventually(() => expect(writer.backlog).toBe(0), 20_000);
    await eventually(async () => expect(await countOf(database)).toEqual({ sessions: 100, turns: 100 }));
  });

  test("and answers nothing, a query ends all the same", async () => {
    const own = await startPostgres(testScope());
    const database = await openPostgresDatabase({ url: await own.createDatabase() }, silentLog, testScope());
    await database.query("select 1");
    await own.freeze();
    await expect(database.query("select 1")).rejects.toThrow(/timeout/i);
    await own.thaw();
    await eventually(async () => expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]));
  });
});

async function countOf(database: SqlDatabase): Promise<unknown> {
  const [row] = await database.query(
    "select (select count(*) from sessions) as sessions, (select count(*) from session_turns) as turns",
  );
  return row;
}
