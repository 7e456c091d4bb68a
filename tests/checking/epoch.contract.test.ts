// A whole epoch over real sockets: a server, a node that only says that it is there, and
// checkers whose eyes are made up. What they hand in is published, and judged again.

import { execFile } from "node:child_process";
import { generateKeyPairSync, sign } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { startChecker } from "@nearframe/checker/duty/start-checker";
import type { CheckerIdentity } from "@nearframe/checker/identity";
import { checkerIdOf } from "@nearframe/checker/identity";
import type { CheckedNodeDetail, EpochList } from "@nearframe/shared/api/checking";
import type { Observation } from "@nearframe/shared/checking/observation";
import { PublishedEpoch, verifyEpoch } from "@nearframe/shared/checking/published";
import type { Assignment } from "@nearframe/shared/checking/assignment";
import { Scope } from "@nearframe/shared/lifetime";
import { signedText } from "@nearframe/shared/node/identity";
import { verifySignature } from "@nearframe/server/checking/checker-door";
import { startServer, type RunningServer } from "@nearframe/server/testing/running-server";
import { TEST_NODE } from "@nearframe/server/testing/node-identity";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../support/stack.ts";
import * as z from "zod/mini";

/** Long enough for a slow machine to be in time. */
const EPOCH_MS = 6_000;

function makeIdentity(): CheckerIdentity {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x ?? "";
  return {
    checkerId: checkerIdOf(Buffer.from(x, "base64url")),
    publicKey: x,
    signed: (message) => ({ ...message, signature: sign(null, Buffer.from(signedText(message)), privateKey).toString("base64url") }),
  };
}

/** What an honest checker sees of an honest node. */
function see(assignment: Assignment): Observation {
  switch (assignment.kind) {
    case "liveness":
      return { kind: "liveness", heartbeatAgeMs: 0, mediaRoundTripMs: 3 };
    case "capacity":
      return { kind: "capacity", claimedFps: 120, measuredFps: 118 };
    case "registration":
      return { kind: "registration", unproven: [], claimed: 3 };
    default:
      throw new Error(`nobody plays here, and was asked for ${assignment.kind}`);
  }
}

/** Each of its own operator, at an address of its own network. */
function startCheckers(server: RunningServer, count: number): void {
  const scope = new Scope();
  onTestFinished(() => scope.close());
  for (let index = 0; index < count; index++) {
    startChecker(
      {
        url: `ws://127.0.0.1:${server.port}/checker`, playUrl: "", operatorId: `operator-${index}`, fromAddress: `127.${index + 1}.0.1`, identity: makeIdentity(),
        perform: async (assignment) => see(assignment),
        onNote: () => {},
        onRefused: (why) => { throw new Error(why); },
      },
      scope.child(),
    );
  }
}

/** `npm run verify`, as its exit code and what it printed. */
async function runVerify(...args: string[]): Promise<[number, string]> {
  return new Promise((resolve) => {
    execFile(process.execPath, [path.join(ROOT, "checker/src/verify/main.ts"), ...args], (error, stdout, stderr) => resolve([error ? Number(error.code) : 0, stdout + stderr]));
  });
}

const get = async <T>(server: RunningServer, path: string): Promise<T> => (await fetch(`http://127.0.0.1:${server.port}/api/checking/${path}`)).json() as T;

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function closedEpochs(server: RunningServer, count: number): Promise<PublishedEpoch[]> {
  const names = await until(async () => {
    const { epochs } = await get<EpochList>(server, "epochs");
    return epochs.length >= count ? epochs : undefined;
  });
  return Promise.all(names.map(async ({ epoch }) => z.parse(PublishedEpoch, await get(server, `epochs/${epoch}`))));
}

test("five checkers check a node over real sockets, what they found is published, and anybody can judge it again", { timeout: 120_000 }, async () => {
  const server = await startServer({ checking: { epochMs: EPOCH_MS } });
  await server.node();
  startCheckers(server, 5);
  const epochs = await closedEpochs(server, 2);
  const [newer, older] = epochs;
  // Later ones may have audits, and these checkers look at nothing.
  const first = epochs.at(-1);
  const { publicKey } = await get<EpochList>(server, "epochs");
  const { broken, verdicts } = verifyEpoch(newer!, verifySignature, older, publicKey);
  expect(broken).toEqual([]);
  expect(verdicts.every(({ matches }) => matches)).toBe(true);
  const liveness = first!.verdicts.find(({ taskId }) => taskId.includes("liveness"));
  expect(liveness).toMatchObject({ nodeId: TEST_NODE.nodeId, outcome: "clear", absent: [], agreeing: { length: 5 }, evidence: { length: 5 } });
  // They came from five networks.
  expect(new Set(newer!.checkers.map(({ networkId }) => networkId)).size).toBe(5);

  const detail = await get<CheckedNodeDetail>(server, `nodes/${TEST_NODE.nodeId}`);
  expect(detail.verdicts.find(({ taskId }) => taskId === liveness!.taskId)).toMatchObject({ outcome: "clear", reports: 5 });
  expect(detail.node.score?.honesty).toBe(1);

  const url = `http://127.0.0.1:${server.port}`;
  const [status, said] = await runVerify("--server", url, "--epoch", String(first!.epoch));
  expect([status, said]).toEqual([0, expect.stringContaining("is what was published")]);
  expect(said).toContain(liveness!.evidence[0]);
  expect(await runVerify("--server", url, "--epoch", "1")).toEqual([2, expect.stringContaining("no such epoch is kept")]);

  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-verify-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const changed = structuredClone(newer!);
  changed.reveals[0]!.report.observation = { kind: "liveness", heartbeatAgeMs: 600_000 };
  await writeFile(path.join(folder, "changed.json"), JSON.stringify(changed));
  expect(await runVerify("--file", path.join(folder, "changed.json"))).toEqual([1, expect.stringContaining("signature does not fit")]);
});
