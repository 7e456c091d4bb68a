import express from "express";
import type { AddressInfo } from "node:net";
import { NodeList, PublicNode } from "@nearframe/shared/api/nodes";
import { beforeEach, expect, test } from "vitest";
import * as z from "zod/mini";
import { NEW_HOST_RECORD, type NodeRecord } from "../nodes/node-record.ts";
import { testScope } from "../testing/test-scope.ts";
import { nodesApi } from "./nodes-api.ts";

const record = (nodeId: string, change: Partial<NodeRecord> = {}): NodeRecord => ({
  nodeId,
  publicKey: "k",
  name: nodeId,
  state: "standby",
  homeServerId: "a",
  address: "203.0.113.9",
  runtimes: ["native"],
  titleIds: ["freedoom"],
  canFetch: false,
  hardware: { cpuModel: "x", cpuCores: 4, memoryMb: 8_000 },
  encoders: [],
  slots: 2,
  slotsFree: 1,
  feePerHourMicros: 0,
  record: NEW_HOST_RECORD,
  rttVector: {},
  trusted: true,
  ...change,
});

const location = { latitude: 52, longitude: 13, accuracyKm: 50, country: "DE", region: "Berlin" };
const RECORDS = [
  record("n1", { location }),
  record("n2", { state: "offline" }),
  record("n3", { state: "rendering", location }),
];

let address: string;
beforeEach(async () => {
  const app = express();
  app.use("/api/nodes", nodesApi({ nodes: { records: () => RECORDS, record: (id) => RECORDS.find(({ nodeId }) => nodeId === id) } }));
  const server = app.listen(0, "127.0.0.1");
  testScope().own(server, (server) => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/nodes`;
});

const get = async (query: string) => z.parse(NodeList, await (await fetch(`${address}${query}`)).json());

test("says how many there are of each state, and shows them without their addresses", async () => {
  const list = await get("");
  expect(list).toMatchObject({ total: 3, states: { standby: 1, offline: 1, rendering: 1 } });
  expect(list.nodes[0]).toMatchObject({ id: "n1", country: "DE", region: "Berlin", slots: 2, slotsFree: 1 });
  expect(list.nodes[1]).toMatchObject({ id: "n2", country: "" });
  expect(JSON.stringify(list)).not.toContain("203.0.113.9");
});

test.each([
  ["?state=rendering", ["n3"], 1],
  ["?country=de", ["n1", "n3"], 2],
  ["?country=de&limit=1", ["n1"], 2],
  ["?limit=0", [], 3],
])("%s shows %j of %i", async (query, ids, total) => {
  const list = await get(query);
  expect(list.nodes.map(({ id }) => id)).toEqual(ids);
  expect(list.total).toBe(total);
});

test.each(["?state=asleep", "?limit=5000", "?country=Germany"])("%s is refused", async (query) => {
  const response = await fetch(`${address}${query}`);
  expect([response.status, (await response.json()) as object]).toMatchObject([400, { code: "QUERY_INVALID" }]);
});

test("one node is asked for by its id", async () => {
  expect(z.parse(PublicNode, await (await fetch(`${address}/n3`)).json())).toMatchObject({ id: "n3", state: "rendering" });
  expect((await fetch(`${address}/n9`)).status).toBe(404);
});
