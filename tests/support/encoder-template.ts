// What the encoders of this machine can do, found out once in a run of tests and told to each node that is
// started: a trial takes seconds of a core, and would run beside the first play of every file of tests.
// That a node tries them by itself, its own contract tests see.

import { cp, mkdir } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { VIDEO_ENCODER_NAMES } from "@nearframe/edge-node/media/encode/known-encoders";
import { readMachineFacts } from "@nearframe/edge-node/media/encode/trial/machine-facts";
import { openNodeEncoders } from "@nearframe/edge-node/media/encode/trial/node-encoders";
import { tryEncoders } from "@nearframe/edge-node/media/encode/trial/try-encoders";
import { Scope } from "@nearframe/shared/lifetime";

/** Of one run: its test files have one parent. A node takes no trial of another machine or other encoders. */
const TEMPLATE = path.join(os.tmpdir(), `nearframe-test-encoders-${process.ppid}`);

/** `folders`: the data folders of nodes. Where the machine was too busy for the trial to count, each node makes its own. */
export async function copyTriedEncoders(folders: readonly string[]): Promise<void> {
  const made = await mkdir(TEMPLATE, { recursive: true });
  if (made !== undefined) {
    await using scope = new Scope();
    const encoders = await openNodeEncoders({ dataFolder: TEMPLATE, allowed: VIDEO_ENCODER_NAMES }, { readFacts: readMachineFacts, tryEncoders }, scope);
    await encoders.tryIfUnknown().catch((error: Error) => console.warn(`every node of this run tries its encoders itself: ${error.message}`));
  }
  await Promise.all(folders.map((folder) => cp(TEMPLATE, folder, { recursive: true })));
}
