import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { CheckedNodeDetail, CheckedNodeList, EpochList } from "@nearframe/shared/api/checking";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { newStanding, type NodeStanding } from "../checking/standing.ts";
import { nodeRecord } from "../checking/testing/checking-world.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { createTestIdentity } from "../testing/node-identity.ts";
import { appealsApi } from "./appeals-api.ts";
import { checkingApi } from "./checking-api.ts";

const NOW = Date.now();
const node = createTestIdentity();
const store = createMemoryStore();
const berlin = { latitude: 52.5234, longitude: 13.4114, country: "DE", region: "Berlin", accuracyKm: 5 };
const records = [nodeRecord(node.nodeId, { state: "quarantined", location: berlin, operatorId: "o1" }), nodeRecord("other"), nodeRecord("third", { location: { ...berlin, country: "FR" } })];
const standing: NodeStanding = {
  ...newStanding(node.nodeId),
  score: { performance: 0.9, reliability: 0.75, honesty: 0.2, overall: 0.135, reasons: ["confirmed by a penalty committee: nonce-missed"], atMs: NOW },
  trend: [{ day: 20_000, performance: 0.9, reliability: 0.75, honesty: 0.2, overall: 0.135 }],
  quarantine: { fault: "nonce-missed", reason: "9 of 11 found it", epoch: 4, taskId: "p", checkers: ["c"], sinceMs: NOW, clears: 1 },
  suspicions: [{ fault: "frames-inflated", epochs: [3], checkers: ["c"], lastAtMs: NOW }],
};
const appeals: string[] = [];
const http = createServer();
let base = "";

beforeAll(async () => {
  const verdict = { epoch: 4, nodeId: node.nodeId, atMs: NOW, kind: "routine" as const, check: "simulated-player" as const, reports: 5, overturned: false };
  await store.closeEpoch({
    epoch: 4, endedAtMs: NOW, digest: "d".repeat(64), document: '{"epoch":4}', reporters: [], overturned: [], checkPlayerIds: [], plays: [], standings: [standing],
    verdicts: [{ ...verdict, taskId: "a", outcome: "faulty", faults: ["few-frames"] }, { ...verdict, taskId: "b", outcome: "faulty", faults: ["nonce-missed", "few-frames"] }],
  });
  const nodes = { records: () => records, record: (id: string) => records.find(({ nodeId }) => nodeId === id) };
  const app = express();
  app.use("/appeals", appealsApi({ clock: { wallMs: () => NOW }, store, checking: { appeal: (nodeId, reason) => void appeals.push(`${nodeId} ${reason}`) } }));
  app.use(checkingApi({ nodes, store, checking: { publicKey: "k".repeat(43), epochMs: 900_000 } }));
  http.on("request", app);
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => http.close(resolve)));

const get = async (path: string): Promise<[number, unknown]> => {
  const response = await fetch(base + path);
  return [response.status, await response.json()];
};

test("the nodes are shown with their scores and the way back, and roughly where they are", async () => {
  const [status, body] = await get("/nodes?country=de");
  expect(status).toBe(200);
  const { total, nodes } = z.parse(CheckedNodeList, body);
  expect(total).toBe(1);
  expect(nodes[0]).toMatchObject({
    id: node.nodeId, state: "quarantined", place: { latitude: 52.5, longitude: 13.4 }, score: { honesty: 0.2 }, quarantine: { fault: "nonce-missed", clears: 1, clearsNeeded: 3 },
  });
  expect(z.parse(CheckedNodeList, (await get("/nodes?limit=1"))[1])).toMatchObject({ total: 3, nodes: { length: 1 } });
  expect(z.parse(CheckedNodeList, (await get("/nodes?operator=o1"))[1]).nodes.map(({ id }) => id)).toEqual([node.nodeId]);
  expect(z.parse(CheckedNodeList, (await get("/nodes"))[1]).nodes[1]).toEqual({ id: "other", name: "other", state: "standby", trend: [] });
  expect((await get("/nodes?limit=5000"))[0]).toBe(400);
});

test("a node is shown with its verdicts, what waits for a committee, and what to fix first", async () => {
  const detail = z.parse(CheckedNodeDetail, (await get(`/nodes/${node.nodeId}`))[1]);
  expect(detail.verdicts.map(({ taskId }) => taskId)).toEqual(["b", "a"]);
  expect(detail.toFix.map(({ fault, times }) => [fault, times])).toEqual([["nonce-missed", 1], ["few-frames", 2]]);
  expect(detail.suspicions).toEqual([{ fault: "frames-inflated", epochs: [3], lastAtMs: NOW }]);
  expect((await get("/nodes/nobody"))[0]).toBe(404);
});

test("epochs are listed, and given as they were signed", async () => {
  expect(z.parse(EpochList, (await get("/epochs"))[1]).epochs).toEqual([{ epoch: 4, digest: "d".repeat(64), endedAtMs: NOW }]);
  expect(await (await fetch(`${base}/epochs/4`)).text()).toBe('{"epoch":4}');
  expect((await get("/epochs/5"))[0]).toBe(404);
  expect((await get("/epochs/x"))[0]).toBe(404);
});

describe("an appeal", () => {
  const post = async (body: object): Promise<[number, string]> => {
    const response = await fetch(`${base}/appeals`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return [response.status, ((await response.json()) as { code?: string }).code ?? ""];
  };
  const ask = (identity: typeof node, change: object = {}) =>
    identity.signed({ type: "node.appeal", nodeId: node.nodeId, publicKey: identity.publicKey, atMs: NOW, reason: "it was mended", ...change });

  test("that the node has signed is passed on", async () => {
    expect(await post(ask(node))).toEqual([202, ""]);
    expect(appeals).toEqual([`${node.nodeId} it was mended`]);
  });

  test("of anybody else, an old one, and one against nothing are refused", async () => {
    const stranger = createTestIdentity();
    expect(await post(ask(stranger))).toEqual([403, "APPEAL_NOT_SIGNED"]);
    expect(await post({ ...ask(node), reason: "changed" })).toEqual([403, "APPEAL_NOT_SIGNED"]);
    expect(await post(ask(node, { atMs: NOW - 3_600_000 }))).toEqual([400, "APPEAL_OLD"]);
    expect(await post(ask(stranger, { nodeId: stranger.nodeId }))).toEqual([409, "NOT_QUARANTINED"]);
    await store.saveStandings([{ ...standing, appeal: { atMs: NOW - 1_000, reason: "", state: "rejected" } }]);
    expect(await post(ask(node))).toEqual([429, "APPEALED_ALREADY"]);
    expect(await post({})).toEqual([400, "APPEAL_INVALID"]);
  });

  test("may be against marks of play, as long as they count", async () => {
    const { quarantine: _none, appeal: _neither, ...free } = standing;
    const marked = (atMs: number) => store.saveStandings([{ ...free, wash: { atMs, minutes: 300, ofMinutes: 360, reasons: ["no-input"] } }]);
    await marked(NOW - 3_600_000);
    expect(await post(ask(node))).toEqual([202, ""]);
    await marked(NOW - 31 * 86_400_000);
    expect(await post(ask(node))).toEqual([409, "NOT_QUARANTINED"]);
  });
});
