// An empty embedded database, made once on a machine and copied for each stack: making one takes
// seconds of a core, which two dozen files of tests would each wait for. What a first start does by
// itself, infra/start/start.contract.test.ts sees.

import { existsSync, readFileSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { openPgliteDatabase } from "@nearframe/server/store/adapters/pglite/pglite-database";
import { Scope } from "@nearframe/shared/lifetime";

const { version } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../node_modules/@electric-sql/pglite/package.json"), "utf8"),
) as { version: string };
const TEMPLATE = path.join(os.tmpdir(), `nearframe-test-database-${version}`);

/** `folder` must not be there yet. */
export async function copyEmptyDatabase(folder: string): Promise<void> {
  if (!existsSync(TEMPLATE)) await makeTemplate();
  await cp(TEMPLATE, folder, { recursive: true });
}

async function makeTemplate(): Promise<void> {
  const mine = `${TEMPLATE}.${process.pid}`;
  const scope = new Scope();
  await openPgliteDatabase(mine, scope);
  await scope.close();
  // Another process may have been quicker.
  await rename(mine, TEMPLATE).catch(() => rm(mine, { recursive: true, force: true }));
}
