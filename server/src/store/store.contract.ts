// What every store must do, whatever it is built on.

import { describe, expect, test } from "vitest";
import { minuteRecord } from "../testing/fixtures.ts";
import { checkingStoreContract } from "./checking-store.contract.ts";
import { nodeStoreContract } from "./node-store.contract.ts";
import { playerClassStoreContract } from "./player-class-store.contract.ts";
import { problemStoreContract } from "./problem-store.contract.ts";
import { ratingStoreContract } from "./rating-store.contract.ts";
import { saveStoreContract } from "./save-store.contract.ts";
import { shareStoreContract } from "./share-store.contract.ts";
import { titleVersionStoreContract } from "./title-version-store.contract.ts";
import type { MinuteLimits, SessionRecord, SessionTurn, Store } from "./ports.ts";

const device = {
  screen: { width: 360, height: 640, pixelRatio: 3 },
  touch: true,
  rtpCapabilities: { codecs: [{ mimeType: "video/H264" }] },
};

export function sessionRecord(change: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: "s1",
    playerId: "p1",
    titleId: "freedoom",
    device,
    state: "queued",
    lease: undefined,
    requestedAtMs: 1_800_000_000_123,
    played: undefined,
    end: undefined,
    term: 1,
    ...change,
  };
}

const turn = (ordinal: number, change: Partial<SessionTurn> = {}): SessionTurn => ({
  sessionId: "s1",
  ordinal,
  atMs: 1_800_000_000_123 + ordinal,
  event: "requested",
  state: "queued",
  ...change,
});

/** `open` gives a store that nobody else uses. */
export function storeContract(open: () => Promise<Store>): void {
  saveStoreContract(open);
  titleVersionStoreContract(open);
  nodeStoreContract(open);
  problemStoreContract(open);
  playerClassStoreContract(open);
  checkingStoreContract(open);
  ratingStoreContract(open);
  shareStoreContract(open);

  describe("sessions", () => {
    test("what was saved is found, to the millisecond", async () => {
      const store = await open();
      const record = sessionRecord({
        state: "ended",
        lease: { nodeId: "n1", slot: 3, epoch: 1_800_000_000_500 },
        played: { sinceMs: 1_800_000_001_456, meteredMs: 5_000, runningSinceMs: 1_800_000_009_000 },
        end: { reason: "title-crashed", detail: "exit code 1: 'quoted'; ünïcode 🎮", atMs: 1_800_000_002_789 },
        told: { nodeMs: 5_000, playerMs: 4_800 },
        check: true,
      });
      await store.saveSession(record, []);
      expect(await store.findSession("s1")).toEqual(record);
      expect(await store.findSession("s2")).toBeUndefined();
    });

    test("a later state replaces the earlier one", async () => {
      const store = await open();
      await store.saveSession(sessionRecord(), [turn(0)]);
      const later = sessionRecord({
        state: "streaming",
        lease: { nodeId: "n1", slot: 0, epoch: 7 },
        played: { sinceMs: 1_800_000_001_000, meteredMs: 0, runningSinceMs: undefined },
      });
      await store.saveSession(later, [turn(1, { event: "first-frame-shown", state: "streaming" })]);
      expect(await store.findSession("s1")).toEqual(later);
      expect((await store.sessionTurns("s1")).map(({ event, state }) => [event, state])).toEqual([
        ["requested", "queued"],
        ["first-frame-shown", "streaming"],
      ]);
    });

    test("the first end stands, and an owner that was replaced writes nothing", async () => {
      const store = await open();
      const end = (atMs: number) => ({ reason: "player-left", detail: undefined, atMs }) as const;
      await store.saveSession(sessionRecord({ id: "a", state: "held", term: 2 }), []);
      await store.saveSession(sessionRecord({ id: "a", state: "ended", end: end(1), term: 1 }), []);
      expect(await store.openSession("a")).toEqual({ record: sessionRecord({ id: "a", state: "held", term: 2 }), turnCount: 0 });
      const ended = sessionRecord({ id: "a", state: "ended", end: end(2), term: 2 });
      await store.saveSession(ended, []);
      await store.saveSession(sessionRecord({ id: "a", state: "ended", end: end(3), term: 3 }), []);
      await store.saveSession(sessionRecord({ id: "a", state: "streaming", term: 3 }), []);
      expect(await store.findSession("a")).toEqual(ended);
      expect(await store.openSession("a")).toBeUndefined();
    });

    test("a turn that is written again is there once", async () => {
      const store = await open();
      await store.saveSession(sessionRecord(), [turn(0), turn(1)]);
      await store.saveSession(sessionRecord(), [turn(1), turn(2)]);
      expect(await store.sessionTurns("s1")).toEqual([turn(0), turn(1), turn(2)]);
    });

    test("open sessions are those without an end, oldest first", async () => {
      const store = await open();
      const end = { reason: "player-left", detail: undefined, atMs: 1_800_000_009_000 } as const;
      await store.saveSession(sessionRecord({ id: "young", requestedAtMs: 1_800_000_002_000 }), []);
      await store.saveSession(sessionRecord({ id: "over", end, state: "ended" }), []);
      await store.saveSession(sessionRecord({ id: "old", requestedAtMs: 1_800_000_001_000 }), [
        turn(0, { sessionId: "old" }),
        turn(1, { sessionId: "old" }),
      ]);
      const open_ = await store.openSessions();
      expect(open_.map(({ record, turnCount }) => [record.id, turnCount])).toEqual([
        ["old", 2],
        ["young", 0],
      ]);
    });

    test("players have many sessions", async () => {
      const store = await open();
      await store.saveSession(sessionRecord({ id: "a" }), []);
      await store.saveSession(sessionRecord({ id: "b" }), []);
      await store.saveSession(sessionRecord({ id: "c", playerId: "p2" }), []);
      expect((await store.openSessions()).map(({ record }) => record.playerId)).toEqual(["p1", "p1", "p2"]);
    });

    test("words that look like SQL are words", async () => {
      const store = await open();
      const record = sessionRecord({
        titleId: "'; drop table sessions; --",
        lease: { nodeId: "$1", slot: 0, epoch: 1 },
      });
      await store.saveSession(record, []);
      expect(await store.findSession("s1")).toEqual(record);
      expect(await store.findSession("' or '1' = '1")).toBeUndefined();
    });
  });

  describe("settings", () => {
    test("the first value stands", async () => {
      const store = await open();
      expect(await store.keepFirst("key", "first")).toBe("first");
      expect(await store.keepFirst("key", "second")).toBe("first");
      expect(await store.keepFirst("other", "second")).toBe("second");
    });

    test("all who ask at once get one answer", async () => {
      const store = await open();
      const answers = await Promise.all(["a", "b", "c", "d"].map((value) => store.keepFirst("key", value)));
      expect(new Set(answers).size).toBe(1);
    });
  });

  describe("minutes", () => {
    const LIMITS: MinuteLimits = { beganBeforeMs: 0, rowsMax: 1_000, atOnceMax: 1_000 };
    const numbersOf = async (store: Store, sessionId = "s1") =>
      (await store.sessionMinutes(sessionId, 1_000)).map(({ quality }) => quality.minute);

    test("what was saved is found, to the last figure, with what was never told still absent", async () => {
      const store = await open();
      const full = minuteRecord({ minute: 0 }, { flags: ["shown-over-sent", "round-trips-apart"] });
      const { fps: _fps, clickToPhotonMsP50: _p50, nodeAvailableKbps: _available, ...rest } = full.quality;
      const bare = { ...full, flags: [], quality: { ...rest, minute: 1 } };
      await store.saveMinutes([full, bare]);
      expect(await store.sessionMinutes("s1", 10)).toEqual([full, bare]);
      expect(await store.sessionMinutes("s2", 10)).toEqual([]);
    });

    test("the first of a minute stands, and the rest of its batch is saved", async () => {
      const store = await open();
      await store.saveMinutes([minuteRecord({ minute: 3, mos: 4 })]);
      await store.saveMinutes([minuteRecord({ minute: 3, mos: 2 }), minuteRecord({ minute: 4, mos: 3 })]);
      const found = await store.sessionMinutes("s1", 10);
      expect(found.map(({ quality }) => [quality.minute, quality.mos])).toEqual([
        [3, 4],
        [4, 3],
      ]);
    });

    test("the newest are shown, oldest first, whatever the order they were written in", async () => {
      const store = await open();
      await store.saveMinutes([2, 0, 3, 1].map((minute) => minuteRecord({ minute })));
      await store.saveMinutes([minuteRecord({ minute: 9 }, { sessionId: "s2" })]);
      expect((await store.sessionMinutes("s1", 3)).map(({ quality }) => quality.minute)).toEqual([1, 2, 3]);
    });

    test("no minutes are no work", async () => {
      const store = await open();
      await store.saveMinutes([]);
      expect(await store.trimMinutes(LIMITS)).toBe(0);
    });

    test("what is too old goes, so many at once", async () => {
      const store = await open();
      const began = 1_800_000_000_000;
      await store.saveMinutes([0, 1, 2, 3, 4].map((minute) => minuteRecord({ minute, beganAtMs: began + minute * 60_000 })));
      const limits = { ...LIMITS, beganBeforeMs: began + 3 * 60_000, atOnceMax: 2 };
      expect(await store.trimMinutes(limits)).toBe(2);
      expect(await numbersOf(store)).toEqual([2, 3, 4]);
      expect(await store.trimMinutes(limits)).toBe(1);
      expect(await store.trimMinutes(limits)).toBe(0);
      expect(await numbersOf(store)).toEqual([3, 4]);
    });

    test("of too many those that were written last stay", async () => {
      const store = await open();
      await store.saveMinutes([5, 6].map((minute) => minuteRecord({ minute })));
      await store.saveMinutes([0, 1].map((minute) => minuteRecord({ minute }, { sessionId: "s2" })));
      expect(await store.trimMinutes({ ...LIMITS, rowsMax: 3 })).toBe(1);
      expect([await numbersOf(store), await numbersOf(store, "s2")]).toEqual([[6], [0, 1]]);
      expect(await store.trimMinutes({ ...LIMITS, rowsMax: 3 })).toBe(0);
    });
  });
}
