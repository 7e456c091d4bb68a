import { describe, expect, test } from "vitest";
import { lookReasons, timesSinceMs, wantLook } from "./after-service.ts";
import { conclude } from "./conclude.ts";
import { planTasks } from "./plan-tasks.ts";
import { scoreStanding } from "./score-standing.ts";
import { newStanding, type NodeStanding } from "./standing.ts";

const AT = 1_800_000_000_000;
const times = (players: number, contradicting: number) => ({ times: { players, contradicting } });
const suspect = wantLook(newStanding("n"), times(8, 5), AT);

function planned(standing: NodeStanding, takesPlayers = true) {
  const node = { nodeId: "n", operatorId: "host", takesPlayers, located: false, titleIds: ["test-card"], codecs: [] };
  // So seldom that chance plans no play, nor a benchmark so soon after the last.
  const options = { epoch: 7, seed: "5".repeat(64), audits: undefined, beganAtMs: AT, sealingMs: 600_000, epochMs: 1, playMeanMs: 1e12, checkers: 5 };
  return planTasks([node], new Map([["n", { ...standing, lastAtMs: { capacity: AT } }]]), options).map(({ task: { kind, check } }) => `${kind} ${check}`);
}

describe("sessions whose ends contradict each other on how long there was service", () => {
  test("have checkers come, where most of many players' do; and no more than that", () => {
    for (const few of [times(4, 4), times(8, 4), times(0, 0)]) expect(wantLook(newStanding("n"), few, AT)).toEqual(newStanding("n"));
    expect(suspect).toEqual({ ...newStanding("n"), look: { state: "wanted", atMs: AT, players: 8, contradicting: 5 } });
    expect(suspect.suspicions).toEqual([]);
    expect(planned(newStanding("n"))).toEqual(["routine liveness"]);
    expect(planned(suspect)).toEqual(["routine simulated-player", "routine liveness"]);
    expect(planned(suspect, false)).toEqual(["routine liveness"]);
  });

  test("are told to the host, and cost nothing", () => {
    const inputs = { verdicts: [], totals: undefined, minutes: { good: 50, degradedByHost: 0, badByHost: 0 }, service: { ends: {}, ratings: undefined } };
    const [before, after] = [scoreStanding(newStanding("n"), inputs, AT).score!, scoreStanding(suspect, inputs, AT).score!];
    expect(after).toEqual({ ...before, reasons: [...before.reasons, expect.stringContaining("5 of 8 players")] });
    expect(after.honesty).toBe(1);
  });

  test("are settled by what the committee finds, and not held against the node again", () => {
    const task = { taskId: "t", nodeId: "n", operatorId: "host", kind: "routine" as const, check: "simulated-player" as const };
    const verdict = { epoch: 7, taskId: "t", nodeId: "n", kind: "routine" as const, outcome: "clear" as const, faults: [], agreeing: [], dissenting: [], absent: [], evidence: [] };
    const after = (change: object) => conclude({ epoch: 7, tasks: [task], verdicts: [{ ...verdict, ...change }], reveals: [], endedAtMs: AT + 5 }, new Map([["n", suspect]]), new Map()).standings[0]!;
    expect(after({ outcome: "undecided" }).look?.state).toBe("wanted");
    const clear = after({});
    expect(clear).toMatchObject({ look: { state: "done", atMs: AT + 5 }, suspicions: [] });
    expect(lookReasons(clear)).toEqual([]);
    // Sessions that ended before count no more.
    expect(timesSinceMs(clear, AT - 10)).toBe(AT + 5);
    expect(timesSinceMs(newStanding("n"), AT - 10)).toBe(AT - 10);
    // What is found is a suspicion like any other, which eleven others have to confirm.
    expect(after({ outcome: "faulty", faults: ["frames-inflated"] }).suspicions).toMatchObject([{ fault: "frames-inflated", epochs: [7] }]);
  });
});
