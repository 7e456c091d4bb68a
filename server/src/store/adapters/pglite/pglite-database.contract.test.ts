import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Scope } from "@nearframe/shared/lifetime";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { testScope } from "../../../testing/test-scope.ts";
import type { SqlDatabase } from "../../database.ts";
import { openSqlStore } from "../../sql-store.ts";
import { sessionRecord, storeContract } from "../../store.contract.ts";
import { openPgliteDatabase } from "./pglite-database.ts";

describe("in memory", () => {
  // A database takes a second to make; a schema that is dropped before each test does as well.
  const scope = new Scope();
  let database: SqlDatabase;
  beforeAll(async () => {
    database = await openPgliteDatabase(undefined, scope);
  });
  afterAll(() => scope.close());

  storeContract(async () => {
    await database.run("drop schema public cascade; create schema public");
    return openSqlStore(database);
  });

  test("a transaction that fails leaves nothing", async () => {
    await database.run("drop schema public cascade; create schema public; create table t (a integer)");
    const failing = database.transaction(async (queries) => {
      await queries.query("insert into t values ($1)", [1]);
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await database.query("select * from t")).toEqual([]);
  });

  test("data of a newer version is not touched", async () => {
    await database.run("drop schema public cascade; create schema public");
    await openSqlStore(database);
    await database.query("insert into migrations (number, name) values ($1, $2)", [9999, "9999-from-the-future.sql"]);
    await expect(openSqlStore(database)).rejects.toThrow("newer Nearframe (migration 9999)");
  });
});

describe("on a folder", () => {
  async function dataFolder(): Promise<string> {
    const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-db-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    return path.join(folder, "db");
  }

  test("what was saved is there after a restart, and a half-made database is no hindrance", async () => {
    const folder = await dataFolder();
    // As a process that was killed during its first start leaves it.
    const unfinished = await openAndClose(`${folder}.unfinished`);
    expect(existsSync(unfinished)).toBe(true);

    const first = new Scope();
    const store = await openSqlStore(await openPgliteDatabase(folder, first));
    await store.saveSession(sessionRecord(), []);
    await first.close();
    expect(existsSync(unfinished)).toBe(false);

    const again = await openSqlStore(await openPgliteDatabase(folder, testScope()));
    expect(await again.findSession("s1")).toEqual(sessionRecord());
  });

  async function openAndClose(folder: string): Promise<string> {
    const scope = new Scope();
    await openPgliteDatabase(folder, scope);
    await scope.close();
    return folder;
  }
});
