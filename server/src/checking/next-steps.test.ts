import { describe, expect, test } from "vitest";
import { committeeOf } from "@nearframe/shared/checking/referee";
import type { PublishedTask } from "@nearframe/shared/checking/published";
import { applyEvent, openEpoch, refuseSeal, type Epoch } from "./epoch.ts";
import { CHECKER_GRACE_MS } from "./limits.ts";
import { nextSteps, type Surroundings } from "./next-steps.ts";

const SEED = "5".repeat(64);
const checkers = Array.from({ length: 9 }, (_, index) => ({ checkerId: `c${index}`, publicKey: "k", operatorId: `o${index}`, networkId: `n${index}`, weight: 0.25 }));

function begin(...tasks: (Partial<PublishedTask> & { taskId: string })[]): Epoch {
  const epoch = openEpoch({ type: "opened", epoch: 1, beganAtMs: 0, revealAtMs: 600_000, endsAtMs: 700_000, hour: 0, hourSeed: "s", previous: "", seed: SEED, checkers });
  for (const task of tasks) {
    applyEvent(epoch, { type: "planned", dueAtMs: 1_000, titleId: "card", task: { nodeId: "node", operatorId: "host", kind: "routine", check: "liveness", ...task } });
  }
  return epoch;
}
const around = (absent: Record<string, number> = {}, slotsFree = 2): Surroundings => ({ watchMs: 2_000, absentMs: (id) => absent[id] ?? 0, node: () => ({ slots: 2, slotsFree }) });
const committee = (epoch: Epoch, taskId = "t") => epoch.tasks.get(taskId)!.committee.map(({ checkerId }) => checkerId);

function assign(epoch: Epoch, checkerId: string, atMs: number, taskId = "t"): void {
  applyEvent(epoch, { type: "assigned", taskId, checkerId, atMs, untilMs: atMs + 30_000, assignment: { kind: "liveness", nodeId: "node", heartbeatAgeMs: 0 } });
}
function seal(epoch: Epoch, checkerId: string, taskId = "t"): void {
  applyEvent(epoch, { type: "sealed", seal: { type: "check.seal", epoch: 1, taskId, checkerId, digest: "d".repeat(64), signature: "" } });
}

describe("an epoch", () => {
  test("asks nobody before a task is due, and then the whole committee", () => {
    const epoch = begin({ taskId: "t" });
    expect(nextSteps(epoch, around(), 999)).toEqual([]);
    expect(nextSteps(epoch, around(), 1_000)).toEqual(committee(epoch).map((checkerId) => ({ type: "assign", taskId: "t", checkerId })));
    expect(committee(epoch)).toHaveLength(5);
  });

  test("has one play on a node at a time, and none that takes a player's last slot away", () => {
    const epoch = begin({ taskId: "t", check: "simulated-player" });
    expect(nextSteps(epoch, around(), 1_000)).toHaveLength(1);
    expect(nextSteps(epoch, around({}, 0), 1_000)).toEqual([]);
    assign(epoch, committee(epoch)[0]!, 1_000);
    expect(nextSteps(epoch, around(), 2_000)).toEqual([]);
    seal(epoch, committee(epoch)[0]!);
    expect(nextSteps(epoch, around(), 3_000)).toEqual([{ type: "assign", taskId: "t", checkerId: committee(epoch)[1] }]);
  });

  test("has no benchmark beside a play, its own or a player's, and no play beside a benchmark", () => {
    for (const [first, second] of [["simulated-player", "capacity"], ["registration", "simulated-player"], ["capacity", "registration"]] as const) {
      const epoch = begin({ taskId: "t", check: first }, { taskId: "u", check: second });
      const steps = nextSteps(epoch, around(), 1_000);
      expect(steps).toMatchObject([{ type: "assign", taskId: "t" }]);
      assign(epoch, committee(epoch)[0]!, 1_000);
      expect(nextSteps(epoch, around(), 2_000)).toEqual([]);
    }
    const benchmark = begin({ taskId: "t", check: "capacity" });
    expect(nextSteps(benchmark, around({}, 1), 1_000)).toEqual([]);
    // Who hides from it has been asked.
    expect(nextSteps(benchmark, { ...around(), node: () => undefined }, 1_000)).toMatchObject([{ type: "assign" }]);
    const knock = begin({ taskId: "t", check: "simulated-player" }, { taskId: "u" });
    expect(nextSteps(knock, around(), 1_000).filter((step) => step.type === "assign" && step.taskId === "u").length).toBeGreaterThan(1);
  });

  test("gives a checker one task at a time", () => {
    const epoch = begin({ taskId: "t" }, { taskId: "u" });
    const asked = nextSteps(epoch, around(), 1_000).flatMap((step) => (step.type === "assign" ? [step.checkerId] : []));
    expect(new Set(asked).size).toBe(asked.length);
  });

  test("asks another in the place of one that is late or gone, whose seal then counts for nothing", () => {
    const epoch = begin({ taskId: "t" });
    const [first, second] = committee(epoch) as [string, string];
    for (const checkerId of committee(epoch)) assign(epoch, checkerId, 1_000);
    expect(nextSteps(epoch, around({ [first]: CHECKER_GRACE_MS - 1 }), 1_000 + CHECKER_GRACE_MS)).toEqual([]);
    expect(nextSteps(epoch, around({ [first]: CHECKER_GRACE_MS }), 1_000 + CHECKER_GRACE_MS)).toEqual([{ type: "replace", taskId: "t", checkerId: first, reason: "it was gone" }]);
    for (const checkerId of committee(epoch)) if (checkerId !== second) seal(epoch, checkerId);
    expect(nextSteps(epoch, around(), 31_000)).toEqual([{ type: "replace", taskId: "t", checkerId: second, reason: "it was late" }]);
    applyEvent(epoch, { type: "replaced", taskId: "t", checkerId: second, reason: "it was late" });
    expect(committee(epoch)).not.toContain(second);
    expect(committee(epoch)).toHaveLength(5);
    expect(nextSteps(epoch, around(), 31_000)).toEqual([{ type: "assign", taskId: "t", checkerId: committee(epoch).at(-1) }]);
    const late = { type: "check.seal" as const, epoch: 1, taskId: "t", checkerId: second, digest: "e".repeat(64), signature: "" };
    expect(refuseSeal(epoch, late)).toBe("somebody else does this task now");
    // Whoever judges again draws the same.
    expect(committeeOf(epoch.opened, epoch.tasks.get("t")!.task).map(({ checkerId }) => checkerId)).toEqual(committee(epoch));
  });

  test("does not wait for a late one because the next in the draw is gone: the one after it comes", () => {
    const epoch = begin({ taskId: "t" });
    const [late] = committee(epoch) as [string];
    for (const checkerId of committee(epoch)) assign(epoch, checkerId, 1_000);
    const asked = committee(epoch);
    const [next] = committeeOf(epoch.opened, { ...epoch.tasks.get("t")!.task, replaced: [late] }).flatMap(({ checkerId }) => (asked.includes(checkerId) ? [] : [checkerId])) as [string];
    for (const checkerId of asked) if (checkerId !== late) seal(epoch, checkerId);
    const gone = around({ [next]: CHECKER_GRACE_MS });
    for (const [checkerId, reason] of [[late, "it was late"], [next, "it was gone"]] as const) {
      expect(nextSteps(epoch, gone, 31_000)).toEqual([{ type: "replace", taskId: "t", checkerId, reason }]);
      applyEvent(epoch, { type: "replaced", taskId: "t", checkerId, reason });
    }
    const [substitute] = committee(epoch).filter((checkerId) => !asked.includes(checkerId));
    expect(nextSteps(epoch, gone, 31_000)).toEqual([{ type: "assign", taskId: "t", checkerId: substitute }]);
  });

  test("waits for a late one where nobody could come in its place", () => {
    const epoch = begin({ taskId: "t" });
    const members = committee(epoch);
    for (const checkerId of members) assign(epoch, checkerId, 1_000);
    const others = Object.fromEntries(checkers.filter(({ checkerId }) => !members.includes(checkerId)).map(({ checkerId }) => [checkerId, Infinity]));
    expect(nextSteps(epoch, around(others), 60_000)).toEqual([]);
  });

  test("begins nothing that it can't wait for, and then has the reports opened", () => {
    const epoch = begin({ taskId: "t" });
    expect(nextSteps(epoch, around(), 599_500)).toEqual([]);
    expect(nextSteps(epoch, around(), 600_000)).toEqual([{ type: "ask-reveals" }]);
    applyEvent(epoch, { type: "reveal-asked" });
    expect(nextSteps(epoch, around(), 600_000)).toEqual([]);
  });

  test("begins a play as long as there is time to connect and to watch it", () => {
    const epoch = begin({ taskId: "t", check: "simulated-player" });
    expect(nextSteps(epoch, around(), 593_000)).toMatchObject([{ type: "assign" }]);
    expect(nextSteps(epoch, { ...around(), watchMs: 10_000 }, 593_000)).toEqual([]);
  });
});
