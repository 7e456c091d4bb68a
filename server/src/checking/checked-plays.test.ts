import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import { digestOf, type CheckReport } from "@nearframe/shared/checking/report";
import { expect, test } from "vitest";
import { leftForLater, playsOf } from "./checked-plays.ts";
import { applyEvent, openEpoch } from "./epoch.ts";
import { well } from "./testing/checking-world.ts";

const AT = 1_800_000_000_000;
const checkers = ["c1", "c2", "c3"].map((checkerId) => ({ checkerId, publicKey: "k", operatorId: checkerId, networkId: checkerId, weight: 0.25 }));
const assignment = { kind: "simulated-player" as const, nodeId: "n", titleId: "test-card", watchMs: 10_000 };
const seen = (change: Partial<PlayedObservation> = {}) => ({ ...(well(assignment) as PlayedObservation), ...change });
const report = (checkerId: string, observation: CheckReport["observation"]): CheckReport => ({
  type: "check.report", epoch: 1, taskId: "t", nodeId: "n", checkerId, atMs: 5, observation, signature: "s",
});

test("plays that were heard are witnesses, at the servers' times, of pictures and of loss", () => {
  const epoch = openEpoch({ type: "opened", epoch: 1, beganAtMs: AT, revealAtMs: AT + 600_000, endsAtMs: AT + 700_000, hour: 0, hourSeed: "s", previous: "", seed: "5".repeat(64), checkers });
  applyEvent(epoch, { type: "planned", dueAtMs: AT, titleId: "test-card", task: { taskId: "t", nodeId: "n", operatorId: "host", kind: "routine", check: "simulated-player" } });
  expect(leftForLater(epoch).nodeIds).toEqual([]);
  for (const { checkerId } of checkers) applyEvent(epoch, { type: "assigned", taskId: "t", checkerId, atMs: AT + 1_000, untilMs: AT + 91_000, assignment });
  expect(leftForLater(epoch)).toEqual({ nodeIds: ["n"], sinceMs: AT - 60_000 });

  // No picture; not heard by the referee; more time than it was given.
  const reports = [report("c1", seen({ distinctFps: 45, lossShare: 0.01 })), report("c2", seen({ startupMs: undefined })), report("c3", seen())];
  const of = (heard: readonly CheckReport[], all = reports) => playsOf(epoch, {
    epoch: 1, reveals: all.map((each) => ({ report: each, salt: "x" })),
    verdicts: [{ epoch: 1, taskId: "t", nodeId: "n", kind: "routine", outcome: "clear", faults: [], agreeing: [], dissenting: [], absent: [], evidence: heard.map(digestOf) }],
  });
  expect(of(reports.slice(0, 2))).toEqual([
    { epoch: 1, taskId: "t", checkerId: "c1", nodeId: "n", beganAtMs: AT + 1_000, endedAtMs: AT + 1_000 + 900 + 3_000 + 10_000, fpsShare: 0.75, lossShare: 0.01 },
  ]);
  const long = [report("c3", seen({ watchedMs: 600_000, distinctFps: 90 }))];
  expect(of(long, long)).toMatchObject([{ endedAtMs: AT + 91_000, fpsShare: 1 }]);
});
