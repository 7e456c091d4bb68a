// What every store must do for checking, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { CheckedPlay } from "../checking/checked-plays.ts";
import type { EpochEvent } from "../checking/epoch.ts";
import { newReporter, newStanding } from "../checking/standing.ts";
import { minuteRecord } from "../testing/fixtures.ts";
import type { AfterServiceStore, CheckingStore, ClosedEpoch, JudgedMinuteStore, KeptVerdict, WashStore } from "./checking-ports.ts";
import type { NodeStore } from "./node-ports.ts";
import type { MinuteStore, SessionRecord, SessionStore } from "./ports.ts";
import type { RatingStore } from "./rating-ports.ts";

const AT = Date.UTC(2027, 0, 15, 12);
const asked: EpochEvent = { type: "reveal-asked" };
const replaced = (checkerId: string): EpochEvent => ({ type: "replaced", taskId: "t", checkerId, reason: "it was late" });

const verdict = (change: Partial<KeptVerdict> = {}): KeptVerdict => ({
  epoch: 1, taskId: "t1", nodeId: "n1", atMs: AT, kind: "routine", check: "liveness", outcome: "clear", faults: [], reports: 5, overturned: false, ...change,
});
export const closed = (change: Partial<ClosedEpoch> = {}): ClosedEpoch => ({
  epoch: 1, endedAtMs: AT, digest: "d1", document: '{ "as": "it was" }', verdicts: [], standings: [], reporters: [], overturned: [], checkPlayerIds: [], plays: [], ...change,
});

const session = (change: Partial<SessionRecord> = {}): SessionRecord => ({
  id: "s1", playerId: "p1", titleId: "t", device: { screen: { width: 360, height: 640, pixelRatio: 3 }, touch: true, rtpCapabilities: {} }, state: "ended",
  lease: { nodeId: "n1", slot: 0, epoch: 1 }, requestedAtMs: AT - 100_000, played: { sinceMs: AT - 100_000, meteredMs: 100_000, runningSinceMs: undefined },
  end: { reason: "player-left", detail: undefined, atMs: AT }, term: 1, ...change,
});

const reports = (change: { check?: boolean } = {}) => ({
  playerId: "p1", networkId: "v4-1.2", check: false,
  player: { lossShare: 0.015, roundTripMsP95: 12.5, framesShown: 3_500, framesDropped: 3, freezeMs: 120 },
  node: { targetFps: 60, sentFps: 59.5, captureWaitMsP95: 2, encodeMsP95: 4, neededKbps: 1_700 },
  ...change,
});

export function checkingStoreContract(open: () => Promise<CheckingStore & JudgedMinuteStore & MinuteStore & AfterServiceStore & SessionStore & RatingStore & WashStore & NodeStore>): void {
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

    test("sessions of checks are marked when their epoch is closed, those that are over", async () => {
      const store = await open();
      for (const id of ["a", "b"]) await store.saveSession(session({ id, playerId: "guest" }), []);
      const { end: _none, ...open1 } = session({ id: "c", playerId: "guest" });
      await store.saveSession({ ...open1, end: undefined, state: "held" }, []);
      await store.saveSession(session({ id: "d" }), []);
      await store.closeEpoch(closed({ checkPlayerIds: ["guest", "nobody"] }));
      const marks = await Promise.all(["a", "b", "c", "d"].map(async (id) => (await store.findSession(id))?.check));
      expect(marks).toEqual([true, true, undefined, undefined]);
    });

    test("sessions that are over are summed up by node: ends, stars by player, and times that contradict each other", async () => {
      const store = await open();
      const apart = { told: { nodeMs: 100_000, playerMs: 10_000 } };
      const alike = { told: { nodeMs: 100_000, playerMs: 95_000 } };
      const sessions = [
        session({ id: "1", ...apart }), session({ id: "2", ...alike }), session({ id: "3", ...alike }),
        session({ id: "4", playerId: "p2", ...apart, end: { reason: "node-failed", detail: undefined, atMs: AT } }),
        // Too short to say anything; told of by nobody; a check; too old; elsewhere.
        session({ id: "5", playerId: "p3", ...apart, played: { sinceMs: AT, meteredMs: 59_999, runningSinceMs: undefined } }), session({ id: "6", playerId: "p4" }),
        session({ id: "7", playerId: "guest", check: true, ...apart }), session({ id: "8", playerId: "p5", ...apart, end: { reason: "player-left", detail: undefined, atMs: AT - 1 } }),
        session({ id: "9", lease: { nodeId: "n2", slot: 0, epoch: 1 } }),
      ];
      for (const each of sessions) await store.saveSession(each, []);
      for (const [id, overall] of [["1", 5], ["2", 3], ["4", 2], ["7", 1]] as const) await store.saveRating(id, { overall });
      const since = (nodeId: string, timesSinceMs = AT) => ({ nodeId, timesSinceMs });
      expect(await store.afterService([since("n1"), since("n2"), since("n3")], AT)).toEqual([
        { nodeId: "n1", ends: { "player-left": 5, "node-failed": 1 }, ratings: { players: 2, meanStars: 3 }, times: { players: 2, contradicting: 1 } },
        { nodeId: "n2", ends: { "player-left": 1 }, ratings: undefined, times: { players: 0, contradicting: 0 } },
      ]);
      // What was looked into already is not held against it again.
      expect((await store.afterService([since("n1", AT + 1)], AT))[0]?.times).toEqual({ players: 0, contradicting: 0 });
      expect(await store.afterService([], AT)).toEqual([]);
    });

    test("what was played is told by session, with its inputs in order; what is marked as made up counts for nothing", async () => {
      const store = await open();
      for (const id of ["a", "b"]) await store.saveSession(session({ id }), []);
      await store.saveSession(session({ id: "c", lease: { nodeId: "n2", slot: 0, epoch: 1 } }), []);
      await store.saveSession(session({ id: "d", check: true, lease: { nodeId: "n3", slot: 0, epoch: 1 } }), []);
      await store.addNodeDays([{ nodeId: "n1", atMs: AT, linkedMs: 5, sessionsEnded: 2, sessionsFailedByHost: 0 }]);
      const minute = (sessionId: string, number: number, inputs: number, change: object = {}) =>
        minuteRecord({ minute: number, mos: 4, fps: 60, movingSeconds: 30, clickToPhotonCount: inputs, beganAtMs: AT + number * 60_000 }, { sessionId, nodeId: "n1", reports: reports(), ...change });
      await store.saveMinutes([minute("a", 1, 5), minute("a", 0, 7), minute("b", 2, 0), minute("c", 3, 9, { nodeId: "n2" }), minute("d", 4, 1, { reports: reports({ check: true }) }), minute("a", 9, 1)]);
      const judge = (sessionId: string, number: number) => ({ sessionId, minute: number, blame: "nobody" as const, evidence: [], weight: 1 });
      await store.saveJudgements([judge("a", 0), judge("a", 1), judge("b", 2), judge("c", 3), judge("d", 4)]);
      const of = { playerId: "p1", nodeId: "n1", networkId: "v4-1.2" };
      const all = [{ ...of, sessionId: "b", beganAtMs: AT + 120_000, inputs: [0], pictures: 1_800 }, { ...of, sessionId: "a", beganAtMs: AT, inputs: [7, 5], pictures: 3_600 }];
      expect(await store.playedSessions({ nodeIds: ["n1"], sinceMs: AT, newestMax: 9 })).toEqual(all);
      expect(await store.playedSessions({ nodeIds: ["n1"], sinceMs: AT, newestMax: 1 })).toEqual(all.slice(0, 1));
      expect(await store.playedSessions({ nodeIds: ["n1"], sinceMs: AT + 120_000, newestMax: 9 })).toEqual(all.slice(0, 1));
      expect(await store.playedWhere(["p1", "p9"], 0)).toEqual([{ playerId: "p1", nodeId: "n1", meteredMs: 200_000 }, { playerId: "p1", nodeId: "n2", meteredMs: 100_000 }]);
      expect(await store.playedWhere(["p1"], AT)).toEqual([]);

      const totals = async () => (await store.nodeTotals(["n1"], { sinceMs: AT, recentSinceMs: AT }))[0];
      expect(await totals()).toMatchObject({ sessionsEnded: 2, sessionsRecent: 2, linkedMs: 5 });
      await store.markWash([{ sessionId: "b", nodeId: "n1", minutes: 1, reasons: ["no-input"] }, { sessionId: "unknown", nodeId: "n1", minutes: 1, reasons: ["no-input"] }]);
      await store.markWash([{ sessionId: "b", nodeId: "n1", minutes: 1, reasons: ["own-network"] }]);
      await store.markWash([]);
      expect(await totals()).toMatchObject({ sessionsEnded: 1, sessionsRecent: 1, linkedMs: 5 });
      expect(await store.playedMinutes(["n1"], 0)).toEqual([{ nodeId: "n1", good: 2, degradedByHost: 0, badByHost: 0 }]);
      expect((await store.afterService([{ nodeId: "n1", timesSinceMs: 0 }], 0))[0]?.ends).toEqual({ "player-left": 1 });
      // It is still there for whoever looks at what was played.
      expect(await store.playedSessions({ nodeIds: ["n1"], sinceMs: AT, newestMax: 9 })).toEqual(all);
      // Lifted and told of, or neither.
      await expect(store.liftWash(["b"], () => { throw new Error("it dies here"); })).rejects.toThrow("it dies here");
      expect(await totals()).toMatchObject({ sessionsEnded: 1 });
      const lifted: (readonly string[])[] = [];
      const lift = (ids: string[]) => store.liftWash(ids, (of) => (lifted.push(of), [{ ...newStanding("n1"), lastAtMs: { liveness: lifted.length } }]));
      expect(await lift(["a", "b", "unknown"])).toEqual(await store.standings(["n1"]));
      expect(await totals()).toMatchObject({ sessionsEnded: 2, sessionsRecent: 2 });
      for (const ids of [["b"], []]) await lift(ids);
      expect([lifted, (await store.standings(["n1"]))[0]?.lastAtMs]).toEqual([[["b"], [], []], { liveness: 3 }]);
    });

    test("checkers' plays are found by node and time, and minutes of nodes that are left for later are", async () => {
      const store = await open();
      const play = (checkerId: string, change: Partial<CheckedPlay> = {}): CheckedPlay => ({
        epoch: 1, taskId: "t1", checkerId, nodeId: "n1", beganAtMs: AT, endedAtMs: AT + 20_000, fpsShare: 0.98, lossShare: 0.001, ...change,
      });
      const plays = [play("c2", { beganAtMs: AT + 30_000, endedAtMs: AT + 50_000 }), play("c1"), play("c3", { nodeId: "n2" })];
      await store.closeEpoch(closed({ plays }));
      const find = (fromMs: number, untilMs: number, most = 9) => store.checkedPlays({ nodeIds: ["n1"], fromMs, untilMs, most });
      expect(await find(AT, AT + 60_000)).toEqual([plays[1], plays[0]]);
      expect(await find(AT + 20_001, AT + 29_999)).toEqual([]);
      expect(await find(AT, AT + 60_000, 1)).toEqual([plays[1]]);
      await store.trimChecking({ beforeMs: AT + 30_000, knocksBeforeMs: 0 });
      expect(await find(0, AT + 60_000)).toEqual([plays[0]]);
      await store.saveMinutes(["n1", "n2"].map((nodeId) => minuteRecord({ beganAtMs: AT }, { sessionId: `on-${nodeId}`, nodeId, reports: reports() })));
      const without = async (sinceMs: number) => (await store.unjudgedMinutes({ beganBeforeMs: AT + 1, most: 9, later: { nodeIds: ["n1"], sinceMs } })).map(({ nodeId }) => nodeId);
      expect(await without(AT)).toEqual(["n2"]);
      expect((await without(AT + 1)).toSorted()).toEqual(["n1", "n2"]);
    });

    test("what is old goes", async () => {
      const store = await open();
      await store.closeEpoch(closed({ epoch: 1, endedAtMs: AT - 10, verdicts: [verdict({ atMs: AT - 10 })] }));
      await store.closeEpoch(closed({ epoch: 2, verdicts: [verdict({ epoch: 2 })] }));
      await store.trimChecking({ beforeMs: AT, knocksBeforeMs: AT });
      expect((await store.newestEpochs(9)).map(({ epoch }) => epoch)).toEqual([2]);
      expect((await store.keptVerdicts({ sinceMs: 0, newestMax: 9 })).map(({ epoch }) => epoch)).toEqual([2]);
      // Of knocks only what was not answered is kept longer.
      await store.closeEpoch(closed({ epoch: 3, verdicts: [verdict({ epoch: 3, taskId: "silent", outcome: "faulty", faults: ["not-alive"] }), verdict({ epoch: 3, taskId: "play", check: "simulated-player" })] }));
      await store.trimChecking({ beforeMs: AT, knocksBeforeMs: AT + 1 });
      expect((await store.keptVerdicts({ sinceMs: 0, newestMax: 9 })).map(({ taskId }) => taskId)).toEqual(["play", "silent"]);
      expect(await store.newestEpochs(9)).toHaveLength(2);
    });

    test("what counts in a score is summed up by day and by what was found", async () => {
      const store = await open();
      let tasks = 0;
      const at = (atMs: number, change: Partial<KeptVerdict> = {}) => verdict({ taskId: `t${(tasks += 1)}`, check: "simulated-player", atMs, ...change });
      const slow = { outcome: "faulty", faults: ["few-frames", "frozen"] } as const;
      await store.closeEpoch(closed({
        verdicts: [
          at(AT), at(AT + 60_000), at(AT - 24 * 3_600_000), at(AT + 5, { ...slow, faults: [...slow.faults] }), at(AT + 6, { kind: "penalty" }), at(AT + 7, { nodeId: "n2" }),
          // Of these nobody's score knows.
          at(AT, { check: "liveness" }), at(AT, { outcome: "undecided" }), at(AT - 48 * 3_600_000), at(AT, { nodeId: "n3" }), at(AT, { taskId: "gone" }), at(AT, { taskId: "undone" }),
          at(AT + 8, { check: "liveness", outcome: "faulty", faults: ["not-alive"] }),
        ],
        overturned: [{ nodeId: "n1", taskId: "undone" }],
      }));
      const counted = (await store.countedVerdicts({ nodeIds: ["n1", "n2"], sinceMs: AT - 24 * 3_600_000, withoutTaskIds: ["gone"] }))
        .map(({ nodeId, kind, faults, count, atMs }) => [nodeId, kind, faults.join(), count, atMs - AT]);
      expect(counted).toEqual([
        ["n1", "routine", "", 1, -24 * 3_600_000], ["n1", "routine", "few-frames,frozen", 1, 5], ["n1", "penalty", "", 1, 6],
        ["n1", "routine", "not-alive", 1, 8], ["n1", "routine", "", 2, 30_000], ["n2", "routine", "", 1, 7],
      ]);
      expect(await store.countedVerdicts({ nodeIds: [], sinceMs: 0, withoutTaskIds: [] })).toEqual([]);
    });

    test("minutes are judged once they are old enough, and summed up by what they came to and whose doing it was", async () => {
      const store = await open();
      const at = (minute: number, mos: number, change = {}) => minuteRecord({ minute, mos, beganAtMs: AT + minute * 60_000 }, { nodeId: "n1", reports: reports(), ...change });
      const nobodys = minuteRecord({ minute: 9, beganAtMs: AT }, { sessionId: "old" });
      await store.saveMinutes([at(1, 2.5), at(0, 4.5), at(2, 3.3), at(3, 2), at(4, 2, { reports: reports({ check: true }) }), nobodys]);
      const due = await store.unjudgedMinutes({ beganBeforeMs: AT + 3 * 60_000, most: 10 });
      expect(due.map(({ minute }) => minute)).toEqual([0, 1, 2]);
      const { quality: { frameLossPercent }, flags } = minuteRecord();
      expect(due[0]).toEqual({ sessionId: "s1", nodeId: "n1", minute: 0, beganAtMs: AT, mos: 4.5, frameLossPercent, flags, reports: reports() });
      expect((await store.unjudgedMinutes({ beganBeforeMs: AT + 3 * 60_000, most: 2 })).map(({ minute }) => minute)).toEqual([0, 1]);
      expect((await store.reportedMinutes({ fromMs: AT + 60_000, untilMs: AT + 180_000, most: 10 })).map(({ minute }) => minute)).toEqual([1, 2, 3]);
      const judge = (minute: number, blame: "rig" | "nobody" | "last-mile", weight = 1) => ({ sessionId: "s1", minute, blame, evidence: ["because"], weight });
      await store.saveJudgements([judge(0, "nobody"), judge(1, "rig", 0.5), judge(2, "rig"), judge(3, "last-mile"), judge(4, "rig"), { ...judge(0, "rig"), sessionId: "unknown" }]);
      expect(await store.unjudgedMinutes({ beganBeforeMs: AT + 3_600_000, most: 10 })).toEqual([]);
      expect(await store.playedMinutes(["n1", "n2"], 0)).toEqual([{ nodeId: "n1", good: 1, degradedByHost: 1, badByHost: 0.5 }]);
      expect(await store.playedMinutes(["n1"], AT + 2 * 60_000)).toEqual([{ nodeId: "n1", good: 0, degradedByHost: 1, badByHost: 0 }]);
    });
  });
}
