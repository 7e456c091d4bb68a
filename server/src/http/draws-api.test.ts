import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DrawSeed } from "@nearframe/shared/api/draws";
import { ApiError } from "@nearframe/shared/api/titles";
import express from "express";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { ClusterUnavailableError } from "../cluster/ports.ts";
import { mixSeed } from "../cluster/rank-indexers.ts";
import { drawsApi } from "./draws-api.ts";

const SHARES = [
  { serverId: "a", share: "a".repeat(64) },
  { serverId: "b", share: "b".repeat(64) },
];
const seed = mixSeed(490_000, SHARES);
const http = createServer();
let base: string;

beforeAll(async () => {
  const publishedSeed = async (number: number) => {
    if (number === 7) throw new ClusterUnavailableError("away");
    return number === 490_000 ? { seed, shares: SHARES } : undefined;
  };
  http.on("request", express().use("/api/draws", drawsApi({ servers: { seed: () => ({ number: 490_000, seed }), publishedSeed } })));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/api/draws/`;
});

afterAll(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
});

test.each(["490000", "now"])("the seed of hour %s comes with what it was made from", async (hour) => {
  const { hour: number, shares, seed: told } = z.parse(DrawSeed, await (await fetch(base + hour)).json());
  expect(mixSeed(number, shares)).toBe(told);
});

test.each([
  ["1", 404, "HOUR_UNKNOWN"],
  ["-1", 400, "HOUR_INVALID"],
  ["9".repeat(10), 400, "HOUR_INVALID"],
  ["7", 503, "CLUSTER_UNAVAILABLE"],
])("asked for %s it answers %i", async (hour, status, code) => {
  const response = await fetch(base + hour);
  expect([response.status, z.parse(ApiError, await response.json()).code]).toEqual([status, code]);
});
