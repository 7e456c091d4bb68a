import express from "express";
import type { AddressInfo } from "node:net";
import { beforeEach, expect, test } from "vitest";
import type { RemoteEvent } from "../nodes/node-mail.ts";
import { testScope } from "../testing/test-scope.ts";
import { nodeOrdersApi, type NodeOrdersApiPorts } from "./node-orders-api.ts";

const adminToken = "the-admin-token-of-the-tests";
let told: [string, RemoteEvent][];
let emptied: string[];
let address: string;

beforeEach(async () => {
  told = [];
  emptied = [];
  const known = { nodeId: "n1" } as ReturnType<NodeOrdersApiPorts["nodes"]["record"]>;
  const nodes = { record: (id: string) => (id === "n1" ? known : undefined), tell: (id: string, event: RemoteEvent) => void told.push([id, event]) };
  const server = express().use("/api/nodes", nodeOrdersApi({ nodes, sessions: { emptyNode: (id) => void emptied.push(id) }, adminToken })).listen(0, "127.0.0.1");
  testScope().own(server, (server) => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/nodes`;
});

const post = (path: string, token = adminToken) => fetch(`${address}${path}`, { method: "POST", headers: { authorization: `Bearer ${token}` } });

test.each([
  ["/n1/drain", { type: "drain-asked", by: "server" }],
  ["/n1/undrain", { type: "drain-ended" }],
  ["/n1/quarantine?reason=it%20lies", { type: "verdict-given", reason: "it lies" }],
  ["/n1/quarantine", { type: "verdict-given", reason: "by the server's operator" }],
  ["/n1/release", { type: "verdict-lifted" }],
])("%s", async (path, event) => {
  expect((await post(path)).status).toBe(202);
  expect(told).toEqual([["n1", event]]);
});

test("/n1/empty drains it, and has what is played there moved", async () => {
  expect((await post("/n1/empty")).status).toBe(202);
  expect([told, emptied]).toEqual([[["n1", { type: "drain-asked", by: "server" }]], ["n1"]]);
});

test.each([
  ["another token", "/n1/drain", "not-the-token", 401],
  ["no such node", "/n9/drain", adminToken, 404],
  ["no such order", "/n1/explode", adminToken, 404],
  ["what every object has", "/n1/constructor", adminToken, 404],
])("%s changes nothing", async (_, path, token, status) => {
  expect((await post(path, token)).status).toBe(status);
  expect([told, emptied]).toEqual([[], []]);
});
