// What every store of reported problems must do.

import type { ProblemReport } from "@nearframe/shared/api/problem";
import { expect, test } from "vitest";
import type { ProblemRecord, ProblemStore } from "./problem-ports.ts";

export const problemReport: ProblemReport = {
  kind: "picture", note: "it froze", titleId: "some-title", sessionId: "s1",
  page: { language: "en", browser: "Some Browser 1", width: 390, height: 844 },
  turns: [{ agoMs: 4_000, what: "playing" }],
  seconds: [],
};

export function problemStoreContract(open: () => Promise<ProblemStore>): void {
  const record = (id: string, atMs: number, playerId = "reporter"): ProblemRecord => ({ id, playerId, atMs, report: problemReport });
  const LIMITS = { perPlayerMax: 3, sinceMs: 1_000, rowsMax: 4 };

  test("reports are kept whole, so many of a player and so many of all", async () => {
    const store = await open();
    expect(await store.findProblem("P1")).toBeUndefined();
    for (const [i, id] of ["P1", "P2", "P3"].entries()) expect(await store.saveProblem(record(id, 2_000 + i), LIMITS)).toBe("saved");
    expect(await store.findProblem("P1")).toEqual(record("P1", 2_000));
    expect(await store.saveProblem(record("P4", 2_003), LIMITS)).toBe("too-many");
    expect(await store.saveProblem(record("P3", 2_003, "another"), LIMITS)).toBe("taken");
    // What was reported before does not count any more.
    expect(await store.saveProblem(record("P5", 2_005), { ...LIMITS, sinceMs: 2_001 })).toBe("saved");
    expect(await store.saveProblem(record("P6", 2_006, "another"), LIMITS)).toBe("saved");
    expect((await store.newestProblems(2)).map(({ id }) => id)).toEqual(["P6", "P5"]);
    expect((await store.newestProblems(9)).map(({ id }) => id)).toEqual(["P6", "P5", "P3", "P2"]);
  });
}
