// A whole epoch over real sockets: a server, a node that only says that it is there, and
// checkers whose eyes are made up. What they hand in is published, and judged again.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { CheckedNodeDetail, EpochList } from "@nearframe/shared/api/checking";
import { verifyEpoch } from "@nearframe/shared/checking/published";
import { verifySignature } from "@nearframe/server/checking/checker-door";
import { startServer } from "@nearframe/server/testing/running-server";
import { TEST_NODE } from "@nearframe/server/testing/node-identity";
import { expect, onTestFinished, test } from "vitest";
import { closedEpochs, EPOCH_MS, get, livenessOf, runVerify, startCheckers, startNode } from "./made-up-epoch.ts";

test("five checkers check a node over real sockets, what they found is published, and anybody can judge it again", { timeout: 120_000 }, async () => {
  const server = await startServer({ checking: { epochMs: EPOCH_MS } });
  await startNode(server);
  startCheckers([server], 5);
  const epochs = await closedEpochs(server, ({ length }) => length >= 2);
  const [newer, older] = epochs;
  // Later ones may have audits of benchmarks, and these checkers run none.
  const first = epochs.at(-1);
  const { publicKey } = await get<EpochList>(server, "epochs");
  const { broken, verdicts } = verifyEpoch(newer!, verifySignature, older, publicKey);
  expect(broken).toEqual([]);
  expect(verdicts.every(({ matches }) => matches)).toBe(true);
  const liveness = livenessOf(first!);
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
