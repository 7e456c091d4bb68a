// What every store must do for checking, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { EpochEvent } from "../checking/epoch.ts";
import { newReporter, newStanding } from "../checking/standing.ts";
import type { CheckingStore, ClosedEpoch, KeptVerdict } from "./checking-ports.ts";

const AT = Date.UTC(2027, 0, 15, 12);
const asked: EpochEvent = { type: "reveal-asked" };
const replaced = (checkerId: string): EpochEvent => ({ type: "replaced", taskId: "t", checkerId, reason: "it was late" });

const verdict = (change: Partial<KeptVerdict> = {}): KeptVerdict => ({
  epoch: 1, taskId: "t1", nodeId: "n1", atMs: AT, kind: "routine", check: "liveness", outcome: "clear", faults: [], reports: 5, overturned: false, ...change,
});
const closed = (change: Partial<ClosedEpoch> = {}): ClosedEpoch => ({
  epoch: 1, endedAtMs: AT, digest: "d1", document: '{ "as": "it was" }', verdicts: [], standings: [], reporters: [], overturned: [], ...change,
});

export function checkingStoreContract(open: () => Promise<CheckingStore>): void {
  describe("checking", () => {
    test("an epoch's events come back in order, and of two who write one place one is told", async () => {
      const store = await open();
      expect(await store.appendToEpoch(7, 0, [asked, replaced("c1")])).toBe(true);
      expect(await store.appendToEpoch(7, 1, [replaced("c2")])).toBe(true);
      expect(await store.appendToEpoch(7, 1, [replaced("c3")])).toBe(false);
      expect(await store.appendToEpoch(6, 0, [asked])).toBe(true);
      expect(await store.openEpochs()).toEqual([
        { epoch: 6, batches: [[asked]] },
        { epoch: 7, batches: [[asked, replaced("c1")], [replaced("c2")]] },
      ]);
    });

    test("an epoch is closed once, with all that follows from it, and its journal goes", async () => {
      const store = await open();
      await store.appendToEpoch(1, 0, [asked]);
      const standing = { ...newStanding("n1"), lastAtMs: { liveness: AT } };
      const reporter = { ...newReporter("c1", AT), agreed: 1.25, errorsAtMs: [AT] };
      expect(await store.closeEpoch(closed({ verdicts: [verdict()], standings: [standing], reporters: [reporter] }))).toBe(true);
      expect(await store.closeEpoch(closed({ digest: "other", document: "{}", verdicts: [verdict({ nodeId: "n2" })] }))).toBe(false);
      expect(await store.openEpochs()).toEqual([]);
      // Letter by letter: it was signed so.
      expect(await store.findEpoch(1)).toBe('{ "as": "it was" }');
      expect(await store.findEpoch(2)).toBeUndefined();
      expect(await store.keptVerdicts({ sinceMs: 0, newestMax: 10 })).toEqual([verdict()]);
      expect(await store.standings(["n1", "n2"])).toEqual([standing]);
      expect(await store.reporters(["c1", "c2"])).toEqual([reporter]);
    });

    test("epochs are listed newest first", async () => {
      const store = await open();
      for (const epoch of [3, 1, 2]) await store.closeEpoch(closed({ epoch, digest: `d${epoch}`, endedAtMs: AT + epoch }));
      expect((await store.newestEpochs(2)).map(({ epoch }) => epoch)).toEqual([3, 2]);
      expect(await store.newestEpochs(5, 2)).toEqual([{ epoch: 1, digest: "d1", endedAtMs: AT + 1 }]);
    });

    test("verdicts are found by node and time, of too many the newest, and what an appeal undid is marked", async () => {
      const store = await open();
      const penalty = verdict({ taskId: "p", kind: "penalty", outcome: "faulty", faults: ["nonce-missed"], check: "simulated-player" });
      await store.closeEpoch(closed({ verdicts: [verdict(), penalty, verdict({ taskId: "t2", nodeId: "n2", atMs: AT + 1 })] }));
      expect((await store.keptVerdicts({ nodeIds: ["n1"], sinceMs: 0, newestMax: 10 })).map(({ taskId }) => taskId)).toEqual(["p", "t1"]);
      expect((await store.keptVerdicts({ sinceMs: 0, newestMax: 2 })).map(({ taskId }) => taskId)).toEqual(["t1", "t2"]);
      expect(await store.keptVerdicts({ sinceMs: AT + 2, newestMax: 2 })).toEqual([]);
      await store.closeEpoch(closed({ epoch: 2, overturned: [{ nodeId: "n1", taskId: "p" }] }));
      const found = await store.keptVerdicts({ nodeIds: ["n1"], sinceMs: 0, newestMax: 10 });
      expect(found.map(({ taskId, overturned }) => [taskId, overturned])).toEqual([["p", true], ["t1", false]]);
    });

    test("standings and reporters are written over", async () => {
      const store = await open();
      await store.saveStandings([newStanding("n1"), newStanding("n2")]);
      const later = { ...newStanding("n1"), trend: [{ day: 20_000, performance: 0.5, reliability: 1, honesty: 0.25, overall: 0.125 }] };
      await store.saveStandings([later]);
      expect(await store.standings()).toEqual([later, newStanding("n2")]);
      await store.saveReporters([newReporter("c1", 1)]);
      await store.saveReporters([{ ...newReporter("c1", 2), bannedUntilMs: 5 }]);
      expect(await store.reporters(["c1"])).toEqual([{ ...newReporter("c1", 2), bannedUntilMs: 5 }]);
    });

    test("what is old goes", async () => {
      const store = await open();
      await store.closeEpoch(closed({ epoch: 1, endedAtMs: AT - 10, verdicts: [verdict({ atMs: AT - 10 })] }));
      await store.closeEpoch(closed({ epoch: 2, verdicts: [verdict({ epoch: 2 })] }));
      await store.trimChecking(AT);
      expect((await store.newestEpochs(9)).map(({ epoch }) => epoch)).toEqual([2]);
      expect((await store.keptVerdicts({ sinceMs: 0, newestMax: 9 })).map(({ epoch }) => epoch)).toEqual([2]);
    });
  });
}
