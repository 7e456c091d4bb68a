import { expect, test } from "vitest";
import { planTasks, type CheckedNode } from "./plan-tasks.ts";

const node = (nodeId: string): CheckedNode => ({ nodeId, operatorId: nodeId, takesPlayers: true, located: false, titleIds: ["test-card"], codecs: [] });

test.each([
  ["spread over the first half of a usual epoch", 900_000, 306_000, 200_000],
  ["due at once in one that has time for no more than their committee", 60_000, 0, 0],
])("plays are %s", (_, epochMs, latestMs, spreadMsMin) => {
  const nodes = Array.from({ length: 50 }, (_, index) => node(`n${index}`));
  const planned = planTasks(nodes, new Map(), {
    epoch: 1, seed: "5".repeat(64), audits: undefined, beganAtMs: 0, sealingMs: 0.85 * epochMs, epochMs, playMeanMs: 1, checkers: 1_000,
  });
  const dueMs = planned.flatMap(({ task, dueAtMs }) => (task.check === "simulated-player" ? [dueAtMs] : []));
  expect(dueMs).toHaveLength(50);
  expect(Math.max(...dueMs)).toBeLessThanOrEqual(latestMs);
  expect(Math.max(...dueMs) - Math.min(...dueMs)).toBeGreaterThanOrEqual(spreadMsMin);
});
