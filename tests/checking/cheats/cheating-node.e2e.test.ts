// A cheat as it is: a server, five checkers and two nodes, each a process of its own, that meet
// over real sockets and WebRTC. One of the nodes tells of more than it sends.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CheckedNodeDetail, CheckedNodeList, EpochList } from "@nearframe/shared/api/checking";
import { FAULTS } from "@nearframe/shared/checking/criteria";
import { PublishedEpoch } from "@nearframe/shared/checking/published";
import { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startNode } from "../../support/node-process.ts";
import { ROOT, startStack, type Stack } from "../../support/stack.ts";
import { chooseEpochS } from "../choose-epoch-length.ts";
import { runVerify } from "../made-up-epoch.ts";

/** Three plays of a node, one after another, have to fit in. */
const EPOCH = { minS: 26, maxS: 36, readyInS: 10 };
const CHECKERS = 5;

const scope = new Scope();
let stack: Stack;
beforeAll(async () => {
  const environment = { NEARFRAME_CHECKING_EPOCH_S: String(chooseEpochS(EPOCH, Date.now())), NEARFRAME_CHECKING_PLAY_EVERY_S: "1", NEARFRAME_CHECKING_WATCH_S: "1" };
  stack = await startStack({ args: ["--edges", "0"], environment }, scope);
  const node = (name: string, nodeArguments: readonly string[] = []) =>
    startNode({ NEARFRAME_SERVER: stack.url, NEARFRAME_NODE_NAME: name, NEARFRAME_SLOTS: "1", NEARFRAME_ENCODERS: "x264" }, scope, nodeArguments);
  // Where nobody checks yet, nobody holds a newcomer up.
  await Promise.all([node("honest"), node("cheating", ["--import", path.join(import.meta.dirname, "inflating-node.ts")])]);
  await startCheckers();
});
afterAll(() => scope.close());

/** `npm run checker`, each in the name of an operator of its own, at an address of another network. */
async function startCheckers(): Promise<void> {
  const data = await mkdtemp(path.join(os.tmpdir(), "nearframe-checkers-"));
  scope.own(data, (folder) => rm(folder, { recursive: true, force: true }));
  for (let index = 0; index < CHECKERS; index++) {
    const of = ["--server", stack.url.replace("localhost", "127.0.0.1"), "--operator", `operator-${index}`, "--from", `127.${index + 1}.0.1`, "--data", path.join(data, String(index))];
    const checker = spawn(process.execPath, [path.join(ROOT, "checker/src/main.ts"), ...of], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [checker.stdout, checker.stderr]) stream.on("data", (said: Buffer) => console.log(`checker ${index}: ${said.toString().trimEnd()}`));
    const ended = new Promise((resolve) => checker.once("exit", resolve));
    scope.own(checker, async () => {
      checker.kill("SIGTERM");
      await ended;
    });
  }
}

const get = async <T>(where: string): Promise<T> => (await fetch(`${stack.url}/api/checking/${where}`)).json() as T;

/** The oldest epoch in which that was decided by plays on this node, with what was. */
function playVerdict(epochs: readonly PublishedEpoch[], nodeId: string) {
  return epochs.toReversed().flatMap(({ epoch, tasks, verdicts, reveals }) => {
    const task = tasks.find((each) => each.nodeId === nodeId && each.check === "simulated-player" && each.kind === "routine" && each.audit === undefined);
    const verdict = verdicts.find(({ taskId, outcome }) => taskId === task?.taskId && outcome !== "undecided");
    return verdict ? [{ epoch, verdict, seen: reveals.filter(({ report }) => report.taskId === verdict.taskId).map(({ report }) => report.observation) }] : [];
  })[0];
}

async function decided(nodeIds: readonly string[]) {
  for (;;) {
    const { epochs } = await get<EpochList>("epochs");
    const published = await Promise.all(epochs.map(async ({ epoch }) => z.parse(PublishedEpoch, await get(`epochs/${epoch}`))));
    const found = nodeIds.flatMap((nodeId) => playVerdict(published, nodeId) ?? []);
    if (found.length === nodeIds.length) return found;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

test("a node that tells of more than it sends is found by those who play on it, and an honest one beside it is not", { timeout: 240_000 }, async () => {
  const { nodes } = await get<CheckedNodeList>("nodes");
  const idOf = (name: string) => nodes.find((node) => node.name === name)?.id ?? "";
  const [honest, cheating] = await decided([idOf("honest"), idOf("cheating")]);
  expect(cheating!.verdict).toMatchObject({ outcome: "faulty", faults: expect.arrayContaining(["bytes-inflated"]) });
  expect(cheating!.verdict.evidence.length).toBeGreaterThanOrEqual(3);
  // Pictures came, and twice as many bytes were told of: nothing else about it is false.
  for (const seen of cheating!.seen) {
    if (seen.kind === "simulated-player" && seen.startupMs !== undefined) expect(seen.bytesDeclared! / seen.bytesReceived!).toBeCloseTo(2, 1);
  }
  // How quick it is on a busy machine is another question.
  expect(honest!.verdict.faults.filter((fault) => FAULTS[fault] === "honesty")).toEqual([]);

  const [badly, well] = await Promise.all(["cheating", "honest"].map((name) => get<CheckedNodeDetail>(`nodes/${idOf(name)}`)));
  expect(badly!.suspicions.map(({ fault }) => fault)).toEqual(["bytes-inflated"]);
  expect(badly!.node.score?.reasons.join()).toContain("bytes-inflated");
  expect([well!.suspicions, well!.node.score?.honesty]).toEqual([[], 1]);
  expect(badly!.node.score?.honesty).toBeLessThan(1);

  expect(await runVerify("--server", stack.url, "--epoch", String(cheating!.epoch))).toEqual([0, expect.stringContaining("is what was published")]);
});
