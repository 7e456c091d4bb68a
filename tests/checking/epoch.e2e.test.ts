// Checking as it is: a server and a node as a person starts them, five checkers that really
// play, and a verdict that is judged again from what was published.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { checkerSocketUrl } from "@nearframe/checker/control/checker-link";
import { playerSocketUrl } from "@nearframe/checker/control/player-link";
import { startChecker } from "@nearframe/checker/duty/start-checker";
import { openIdentity } from "@nearframe/checker/identity";
import type { CheckedNodeDetail, CheckedNodeList, EpochList } from "@nearframe/shared/api/checking";
import { PublishedEpoch } from "@nearframe/shared/checking/published";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, startStack, type Stack } from "../support/stack.ts";
import { chooseEpochS } from "./choose-epoch-length.ts";

/** Benchmarks and plays come one after another; a few have to fit in, on a slow machine. */
const EPOCH = { minS: 36, maxS: 50, readyInS: 12 };
const CHECKERS = 5;

const scope = new Scope();
let stack: Stack;
beforeAll(async () => {
  const epochS = chooseEpochS(EPOCH, Date.now());
  const environment = {
    NEARFRAME_CHECKING_EPOCH_S: String(epochS), NEARFRAME_CHECKING_PLAY_EVERY_S: "1", NEARFRAME_CHECKING_WATCH_S: "1",
    // The first plays are in a codec alone that is drawn of those that a node claims; others may be more than a machine that others use can code in time.
    NEARFRAME_ENCODERS: "x264",
  };
  stack = await startStack({ environment }, scope);
});
afterAll(() => scope.close());

const get = async <T>(where: string): Promise<T> => (await fetch(`${stack.url}/api/checking/${where}`)).json() as T;

const playsOf = ({ reveals }: PublishedEpoch) =>
  reveals.flatMap(({ report: { observation } }) => (observation.kind === "simulated-player" && (observation.startupMs ?? 0) > 0 ? [observation] : []));

/** That somebody answers: the one check that all five have made by the end of any epoch. */
const livenessOf = ({ tasks, verdicts }: PublishedEpoch) => {
  const task = tasks.find(({ check, kind, audit }) => check === "liveness" && kind === "routine" && audit === undefined);
  return verdicts.find(({ taskId, outcome }) => taskId === task?.taskId && outcome !== "undecided");
};

/**
 * The first epoch in which anybody got to play. What five plays lead to is judged where none has to be played
 * (`server/src/checking/testing/checking-world.ts`): on a machine that checkers, node, server and title share, most plays are void.
 */
async function playedEpoch(): Promise<PublishedEpoch> {
  for (;;) {
    const { epochs } = await get<EpochList>("epochs");
    for (const { epoch } of epochs) {
      const published = z.parse(PublishedEpoch, await get(`epochs/${epoch}`));
      if (playsOf(published).length > 0 && livenessOf(published)) return published;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

test("five checkers check a node and play on it, and their verdict follows from what was published", { timeout: 240_000 }, async () => {
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-checkers-"));
  scope.own(data, (folder) => rm(folder, { recursive: true, force: true }));
  const server = stack.url.replace("localhost", "127.0.0.1");
  for (let index = 0; index < CHECKERS; index++) {
    const identity = await openIdentity(path.join(data, String(index)));
    startChecker(
      {
        url: checkerSocketUrl(server), playUrl: playerSocketUrl(server), operatorId: `operator-${index}`, fromAddress: `127.${index + 1}.0.1`, identity,
        onNote: (note) => console.log(`checker ${index}: ${note}`), onRefused: (why) => { throw new Error(why); },
      },
      scope.child(),
    );
  }
  const published = await playedEpoch();
  const { total, nodes } = await get<CheckedNodeList>("nodes");
  expect(total).toBe(1);
  const [node] = nodes;
  const verdict = livenessOf(published)!;
  expect(verdict.nodeId).toBe(node!.id);
  expect(verdict.evidence.length).toBeGreaterThanOrEqual(3);
  // On a busy machine the picture may be slow; that the node deceives nobody must be seen.
  expect(node!.score?.honesty).toBeGreaterThan(0.5);
  const detail = await get<CheckedNodeDetail>(`nodes/${node!.id}`);
  expect(detail.verdicts.map(({ taskId }) => taskId)).toContain(verdict.taskId);

  const [status, said] = await new Promise<[number, string]>((resolve) => {
    const args = [path.join(ROOT, "infra/cli.mjs"), "verify", "--server", stack.url, "--epoch", String(published.epoch)];
    execFile(process.execPath, args, (error, stdout, stderr) => resolve([error ? Number(error.code) : 0, stdout + stderr]));
  });
  expect([status, said]).toEqual([0, expect.stringContaining("is what was published")]);
});
