// What the encoders of this machine can do, found out once and told to each node that tests start: a trial
// takes seconds of a core, and would run beside the first play of every file of tests. That a node tries
// them by itself, its own contract tests see.

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { VIDEO_ENCODER_NAMES } from "@nearframe/edge-node/media/encode/known-encoders";
import { readMachineFacts } from "@nearframe/edge-node/media/encode/trial/machine-facts";
import { openNodeEncoders } from "@nearframe/edge-node/media/encode/trial/node-encoders";
import { tryEncoders } from "@nearframe/edge-node/media/encode/trial/try-encoders";
import { Scope } from "@nearframe/shared/lifetime";

/** By the code that tries and codes; a node takes no trial of another machine or other drivers. */
const TEMPLATE = path.join(os.tmpdir(), `nearframe-test-encoders-${digestOf(path.join(import.meta.dirname, "../../edge-node/src/media/encode"))}`);
let busy = false;

/** `folders`: the data folders of nodes. Where the machine is too busy for a trial to count, each node makes its own. */
export async function copyTriedEncoders(folders: readonly string[]): Promise<void> {
  if (!existsSync(TEMPLATE) && !busy) await makeTemplate();
  if (existsSync(TEMPLATE)) await Promise.all(folders.map((folder) => cp(TEMPLATE, folder, { recursive: true })));
}

async function makeTemplate(): Promise<void> {
  const mine = `${TEMPLATE}.${process.pid}`;
  await using scope = new Scope();
  scope.own(mine, (folder) => rm(folder, { recursive: true, force: true }));
  await mkdir(mine);
  const encoders = await openNodeEncoders({ dataFolder: mine, allowed: VIDEO_ENCODER_NAMES }, { readFacts: readMachineFacts, tryEncoders }, scope);
  await encoders.tryIfUnknown().catch((error: Error) => console.warn(`each node tries its encoders itself: ${error.message}`));
  busy = readdirSync(mine).length === 0;
  // Another process may have been quicker.
  if (!busy) await rename(mine, TEMPLATE).catch(() => undefined);
}

function digestOf(folder: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(".ts")).toSorted()) {
    hash.update(name).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest("hex").slice(0, 12);
}
