// What every store must do, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { SessionRecord, SessionTurn, Store } from "./ports.ts";

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
    nodeId: undefined,
    requestedAtMs: 1_800_000_000_123,
    playedSinceMs: undefined,
    end: undefined,
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
  describe("sessions", () => {
    test("what was saved is found, to the millisecond", async () => {
      const store = await open();
      const record = sessionRecord({
        state: "ended",
        nodeId: "n1",
        playedSinceMs: 1_800_000_001_456,
        end: { reason: "title-crashed", detail: "exit code 1: 'quoted'; ünïcode 🎮", atMs: 1_800_000_002_789 },
      });
      await store.saveSession(record, []);
      expect(await store.findSession("s1")).toEqual(record);
      expect(await store.findSession("s2")).toBeUndefined();
    });

    test("a later state replaces the earlier one", async () => {
      const store = await open();
      await store.saveSession(sessionRecord(), [turn(0)]);
      const later = sessionRecord({ state: "streaming", nodeId: "n1", playedSinceMs: 1_800_000_001_000 });
      await store.saveSession(later, [turn(1, { event: "first-frame-shown", state: "streaming" })]);
      expect(await store.findSession("s1")).toEqual(later);
      expect((await store.sessionTurns("s1")).map(({ event, state }) => [event, state])).toEqual([
        ["requested", "queued"],
        ["first-frame-shown", "streaming"],
      ]);
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
      const record = sessionRecord({ titleId: "'; drop table sessions; --", nodeId: "$1" });
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
}
