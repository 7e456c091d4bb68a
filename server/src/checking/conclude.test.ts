import type { Observation } from "@nearframe/shared/checking/observation";
import type { PublishedTask } from "@nearframe/shared/checking/published";
import type { Verdict } from "@nearframe/shared/checking/referee";
import { describe, expect, test } from "vitest";
import { conclude } from "./conclude.ts";
import { BAN_MS, CLEARS_TO_RETURN, SUSPICION_KEPT_MS } from "./limits.ts";
import { newReporter, newStanding, type NodeStanding, type Reporter } from "./standing.ts";

const AT = 1_800_000_000_000;
const five = ["c1", "c2", "c3", "c4", "c5"];
const capacity = (measuredFps: number): Observation => ({ kind: "capacity", claimedFps: 100, measuredFps });

const task = (change: Partial<PublishedTask> = {}): PublishedTask => ({ taskId: "t", nodeId: "n", operatorId: "host", kind: "routine", check: "capacity", ...change });
const verdict = (change: Partial<Verdict> = {}): Verdict => ({
  epoch: 5, taskId: "t", nodeId: "n", kind: "routine", outcome: "clear", faults: [], agreeing: five, dissenting: [], absent: [], evidence: [], ...change,
});
const found = verdict({ outcome: "faulty", faults: ["far-below-capacity"] });

function after(verdicts: Verdict[], { tasks = [task()], standing = newStanding("n"), reporters = [] as Reporter[], saw = {} as Record<string, Observation>, atMs = AT } = {}) {
  const reveals = Object.entries(saw).map(([checkerId, observation]) => ({
    salt: "s", report: { type: "check.report" as const, epoch: 5, taskId: "t", nodeId: "n", checkerId, atMs, observation, signature: "" },
  }));
  const result = conclude({ epoch: 5, tasks, verdicts, reveals, endedAtMs: atMs }, new Map([["n", standing]]), new Map(reporters.map((each) => [each.reporterId, each])));
  return { ...result, standing: result.standings[0] };
}

describe("a node", () => {
  test("that a routine committee finds deceitful is suspected, and no more", () => {
    const { standing, orders } = after([found]);
    expect(standing?.suspicions).toEqual([{ fault: "far-below-capacity", epochs: [5], checkers: five, lastAtMs: AT }]);
    expect(standing?.quarantine).toBeUndefined();
    expect(orders).toEqual([]);
  });

  test("that is only slow is not suspected", () => {
    expect(after([verdict({ outcome: "faulty", faults: ["below-capacity", "few-frames"] })]).standing?.suspicions).toEqual([]);
  });

  test("of which too little was heard stands as before, and is known to have been checked", () => {
    const { standing } = after([verdict({ outcome: "undecided" })]);
    expect(standing).toEqual({ ...newStanding("n"), lastAtMs: { capacity: AT } });
  });

  test("is kept out by a penalty committee, with a reason, and the suspicion is settled", () => {
    const suspected = after([found]).standing!;
    const penalty = task({ kind: "penalty", fault: "far-below-capacity", earlierCheckers: five });
    const { standing, orders } = after([verdict({ ...found, kind: "penalty", agreeing: ["d1", "d2"], dissenting: ["d3"] })], { tasks: [penalty], standing: suspected });
    expect(orders).toEqual([{ type: "keep-out", nodeId: "n", reason: "2 of 3 checkers of a fresh committee found: far-below-capacity" }]);
    expect(standing?.suspicions).toEqual([]);
    expect(standing?.quarantine).toMatchObject({ fault: "far-below-capacity", epoch: 5, clears: 0, checkers: [...five, "d1", "d2", "d3"] });
  });

  test("that the penalty committee finds well is suspected no more; of too few the question stays", () => {
    const suspected = after([found]).standing!;
    const penalty = task({ kind: "penalty", fault: "far-below-capacity" });
    expect(after([verdict({ kind: "penalty" })], { tasks: [penalty], standing: suspected }).standing?.suspicions).toEqual([]);
    expect(after([verdict({ kind: "penalty", outcome: "undecided" })], { tasks: [penalty], standing: suspected }).standing?.suspicions).toHaveLength(1);
  });

  test("comes back after clear verdicts one after another", () => {
    let standing: NodeStanding = { ...newStanding("n"), quarantine: { fault: "far-below-capacity", reason: "", epoch: 1, taskId: "p", checkers: [], sinceMs: 0, clears: 0 } };
    standing = after([verdict()], { standing }).standing!;
    standing = after([found], { standing }).standing!;
    expect(standing.quarantine?.clears).toBe(0);
    for (let clear = 1; clear < CLEARS_TO_RETURN; clear++) {
      standing = after([verdict()], { standing }).standing!;
      expect(standing.quarantine?.clears).toBe(clear);
    }
    // A check that can't show the fault says nothing about it.
    expect(after([verdict()], { standing, tasks: [task({ check: "liveness" })] }).standing?.quarantine?.clears).toBe(CLEARS_TO_RETURN - 1);
    const back = after([verdict()], { standing });
    expect(back.standing?.quarantine).toBeUndefined();
    expect(back.orders).toEqual([{ type: "let-in", nodeId: "n" }]);
  });

  test("whose appeal is upheld is back, and its penalty counts no more; one that is rejected stays", () => {
    const standing: NodeStanding = {
      ...newStanding("n"), appeal: { atMs: 1, reason: "not so", state: "asked" },
      quarantine: { fault: "far-below-capacity", reason: "", epoch: 1, taskId: "p", checkers: [], sinceMs: 0, clears: 0 },
    };
    const tasks = [task({ kind: "penalty", fault: "far-below-capacity", appeal: true })];
    const upheld = after([verdict({ kind: "penalty" })], { standing, tasks });
    expect([upheld.orders, upheld.overturned]).toEqual([[{ type: "let-in", nodeId: "n" }], [{ nodeId: "n", taskId: "p" }]]);
    expect(upheld.standing).toMatchObject({ appeal: { state: "upheld" } });
    const rejected = after([verdict({ ...found, kind: "penalty" })], { standing, tasks });
    expect(rejected.orders).toEqual([]);
    expect(rejected.standing).toMatchObject({ appeal: { state: "rejected" }, quarantine: { taskId: "p" } });
  });

  test("that has just come is let in by a registration that nothing speaks against, and told what does", () => {
    const standing: NodeStanding = { ...newStanding("n"), registration: { claims: "0".repeat(64), outcome: "wanted", atMs: 1 } };
    const tasks = [task({ check: "registration" })];
    for (const outcome of ["clear", "undecided"] as const) {
      expect(after([verdict({ outcome })], { standing, tasks }).orders).toEqual([{ type: "registered", nodeId: "n", reason: undefined }]);
    }
    const failed = after([verdict({ outcome: "faulty", faults: ["claim-unproven"] })], { standing, tasks });
    expect(failed.orders).toEqual([{ type: "registered", nodeId: "n", reason: "checkers found: claim-unproven" }]);
    expect(failed.standing?.registration?.outcome).toBe("failed");
  });

  test("an old suspicion is forgotten", () => {
    const suspected = after([found]).standing!;
    expect(after([verdict()], { standing: suspected, atMs: AT + SUSPICION_KEPT_MS }).standing?.suspicions).toEqual([]);
  });
});

describe("a checker", () => {
  const of = (reporters: Reporter[], id: string) => reporters.find(({ reporterId }) => reporterId === id)!;

  test("gains trust by agreeing, and loses it by not", () => {
    const { reporters } = after([verdict({ agreeing: ["c1"], dissenting: ["c2"] })]);
    expect(of(reporters, "c1")).toMatchObject({ agreed: 1, disagreed: 0 });
    expect(of(reporters, "c2")).toMatchObject({ agreed: 0, disagreed: 1, errorsAtMs: [] });
  });

  test("that alone saw deceit, or alone saw none, was wrong; twice in a week, and it is banned for a month", () => {
    const slandering = after([verdict({ agreeing: five.slice(1), dissenting: ["c1"] })], { saw: { c1: capacity(10) } });
    expect(of(slandering.reporters, "c1").errorsAtMs).toEqual([AT]);
    const lazy = after([{ ...found, agreeing: five.slice(1), dissenting: ["c1"] }], { saw: { c1: capacity(100) }, reporters: slandering.reporters });
    expect(of(lazy.reporters, "c1")).toMatchObject({ errorsAtMs: [], bannedUntilMs: AT + BAN_MS });
  });

  test("that saw the machine a little slower than others did has bad luck", () => {
    const { reporters } = after([verdict({ agreeing: five.slice(1), dissenting: ["c1"] })], { saw: { c1: capacity(85) } });
    expect(of(reporters, "c1").errorsAtMs).toEqual([]);
  });

  test("that misses what was put there for it to see was wrong, and the node is not judged", () => {
    const audit = task({ audit: "few-frames", check: "simulated-player" });
    const { reporters, standings } = after([verdict({ outcome: "faulty", faults: ["few-frames"], agreeing: [], dissenting: ["c1"] })], { tasks: [audit] });
    expect(of(reporters, "c1").errorsAtMs).toEqual([AT]);
    expect(standings).toEqual([]);
  });

  test("errors of last week are forgotten", () => {
    const old = { ...newReporter("c1", AT), errorsAtMs: [AT - 8 * 86_400_000] };
    const { reporters } = after([verdict({ agreeing: five.slice(1), dissenting: ["c1"] })], { saw: { c1: capacity(10) }, reporters: [old] });
    expect(of(reporters, "c1")).toMatchObject({ errorsAtMs: [AT] });
    expect(of(reporters, "c1").bannedUntilMs).toBeUndefined();
  });
});
