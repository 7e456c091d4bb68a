import { systemClock } from "@nearframe/shared/clock";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { createLog } from "../../../log.ts";
import { testScope } from "../../../testing/test-scope.ts";
import { clusterContract } from "../../cluster.contract.ts";
import { OUTBOX_MESSAGES_MAX } from "../../limits.ts";
import { joinLocalCluster } from "./local-cluster.ts";
import { createLocalHub } from "./local-hub.ts";

clusterContract(async (scope) => {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const hub = createLocalHub({ clock: systemClock, log }, scope);
  return { join: async (serverId, scope) => joinLocalCluster({ serverId, hub, log }, scope), lines: () => lines.join("") };
});

test("of more messages than fit the oldest are dropped, in one line of the log", async () => {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line) => void lines.push(line) });
  const hub = createLocalHub({ clock: systemClock, log }, testScope());
  const { bus } = joinLocalCluster({ serverId: "a", hub, log }, testScope());
  const heard: number[] = [];
  await bus.subscribe("s", z.int(), (number) => void heard.push(number), testScope());
  for (let number = 0; number < OUTBOX_MESSAGES_MAX + 3; number++) bus.publish("s", number);
  await Promise.resolve();
  expect(heard).toHaveLength(OUTBOX_MESSAGES_MAX);
  expect([heard[0], heard.at(-1)]).toEqual([3, OUTBOX_MESSAGES_MAX + 2]);
  expect(lines.filter((line) => line.includes("oldest were dropped"))).toHaveLength(1);
});

test("revisions go on growing in a process that remembers nothing of the last one", async () => {
  const log = createLog("silent", { write: () => {} });
  const revisionAt = async (wallMs: number) => {
    const hub = createLocalHub({ clock: { wallMs: () => wallMs, monotonicMs: () => 0 }, log }, testScope());
    const bucket = await joinLocalCluster({ serverId: "a", hub, log }, testScope()).bucket("b", { schema: z.int() });
    return bucket.create("k", 1);
  };
  const [before, after] = [await revisionAt(1_795_000_000_000), await revisionAt(1_795_000_001_000)];
  expect(after).toBeGreaterThan(before!);
});
