// What every store must do for saves, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { SaveChange, SaveLeaving, SaveRecord, SaveStore } from "./save-ports.ts";

export function saveRecord(change: Partial<SaveRecord> = {}): SaveRecord {
  return {
    id: "save-1",
    playerId: "p1",
    titleId: "freedoom",
    sessionId: "s1",
    epoch: 3_000_000_000,
    parentId: undefined,
    place: "head",
    occasion: "periodic",
    settled: true,
    archiveBytes: 5_000_000_000,
    archiveDigest: "ab".repeat(32),
    contentBytes: 10_000_000_000,
    entries: 12,
    takenAtMs: 1_800_000_000_123,
    savedAtMs: 1_800_000_000_456,
    ...change,
  };
}

const leavingOf = ({ id, playerId, titleId, sessionId }: SaveRecord): SaveLeaving => ({ saveId: id, playerId, titleId, sessionId });

/** Brought and committed, beside whatever else `change` says. */
async function add(store: SaveStore, save: SaveRecord, change: Partial<SaveChange> = {}): Promise<void> {
  await store.noteUpload(leavingOf(save), save.savedAtMs + 1_000);
  await store.changeSaves(save.playerId, save.id, save.savedAtMs, () => ({ moved: [], forgotten: [], ...change, added: save }));
}

/** `open` gives a store that nobody else uses. */
export function saveStoreContract(open: () => Promise<SaveStore>): void {
  describe("saves", () => {
    test("what was added is found, to the last byte and millisecond", async () => {
      const store = await open();
      const child = saveRecord({ id: "save-2", parentId: "save-1", place: "branch", settled: false, occasion: "crash" });
      await add(store, saveRecord());
      await add(store, child);
      await add(store, saveRecord({ id: "other", playerId: "p2" }));
      expect(await store.savesOfPlayer("p1")).toEqual([saveRecord(), child]);
      expect(await store.findHead("p1", "freedoom")).toEqual(saveRecord());
      expect(await store.findHead("p1", "tux")).toBeUndefined();
    });

    test("the head passes on, and what is forgotten is left to be taken away", async () => {
      const store = await open();
      const [first, second] = [saveRecord(), saveRecord({ id: "save-2", savedAtMs: 1_800_000_001_000 })];
      await add(store, saveRecord({ id: "save-0", place: "past", savedAtMs: 1 }));
      await add(store, first);
      await add(store, second, { moved: [{ id: first.id, place: "past" }], forgotten: [saveRecord({ id: "save-0" })] });
      expect((await store.savesOfPlayer("p1")).map(({ id, place }) => [id, place])).toEqual([["save-1", "past"], ["save-2", "head"]]);
      // Nobody brings it, so it counts for none of what the session brings.
      expect(await store.uploadsOfSession("s1")).toEqual([]);
      expect(await store.claimLeavings(second.savedAtMs, second.savedAtMs + 1_000, 10)).toEqual([
        leavingOf(saveRecord({ id: "save-0" })),
      ]);
    });

    test("two that exchange their places do, in whatever order they are named", async () => {
      const store = await open();
      await add(store, saveRecord());
      await add(store, saveRecord({ id: "save-2", place: "branch" }));
      const moved = [{ id: "save-2", place: "head" as const }, { id: "save-1", place: "past" as const }];
      await store.changeSaves("p1", undefined, 0, () => ({ moved, forgotten: [] }));
      expect((await store.findHead("p1", "freedoom"))?.id).toBe("save-2");
    });

    test("of those who decide at once each sees what the others did", async () => {
      const store = await open();
      await Promise.all(
        Array.from({ length: 6 }, async (_, index) => {
          const save = saveRecord({ id: `save-${index}`, savedAtMs: index });
          await store.noteUpload(leavingOf(save), 1_000);
          await store.changeSaves("p1", save.id, 0, (saves) => ({
            added: { ...save, place: saves.length === 0 ? "head" : "branch" },
            moved: [],
            forgotten: [],
          }));
        }),
      );
      const places = (await store.savesOfPlayer("p1")).map(({ place }) => place);
      expect([places.length, places.filter((place) => place === "head").length]).toEqual([6, 1]);
    });

    test("a decision that fails changes nothing", async () => {
      const store = await open();
      await add(store, saveRecord());
      const failing = store.changeSaves("p1", undefined, 0, () => {
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await store.savesOfPlayer("p1")).toHaveLength(1);
    });
  });

  describe("parts without a save", () => {
    const leaving = leavingOf(saveRecord());

    test("are claimed once when they are due, and again if whoever claimed them never came back", async () => {
      const store = await open();
      expect(await store.noteUpload(leaving, 100)).toBe(true);
      expect(await store.noteUpload(leaving, 900)).toBe(true);
      expect(await store.claimLeavings(99, 200, 10)).toEqual([]);
      const claims = await Promise.all([store.claimLeavings(100, 200, 10), store.claimLeavings(100, 200, 10)]);
      expect(claims.flat()).toEqual([leaving]);
      expect(await store.claimLeavings(199, 300, 10)).toEqual([]);
      expect(await store.claimLeavings(200, 300, 10)).toEqual([leaving]);
      await store.dropLeaving(leaving.saveId);
      expect(await store.claimLeavings(1_000, 1_100, 10)).toEqual([]);
    });

    test("that were claimed can be neither brought nor committed", async () => {
      const store = await open();
      await store.noteUpload(leaving, 100);
      await store.claimLeavings(100, 200, 10);
      expect(await store.noteUpload(leaving, 900)).toBe(false);
      let kept: boolean | undefined;
      await store.changeSaves("p1", leaving.saveId, 0, (_saves, uploadKept) => {
        kept = uploadKept;
        return { moved: [], forgotten: [] };
      });
      expect(kept).toBe(false);
    });

    test("belong to the session that brought the first of them", async () => {
      const store = await open();
      await store.noteUpload(leaving, 100);
      await store.noteUpload({ ...leaving, saveId: "save-2" }, 101);
      expect(await store.noteUpload({ ...leaving, sessionId: "s2" }, 100)).toBe(false);
      expect(await store.noteUpload({ ...leaving, playerId: "p2" }, 100)).toBe(false);
      expect(await store.uploadsOfSession("s1")).toEqual(["save-1", "save-2"]);
      expect(await store.uploadsOfSession("s2")).toEqual([]);
    });
  });

  test("a session's newest epoch is remembered, until long after", async () => {
    const store = await open();
    expect(await store.noteEpoch("s1", 7, 100)).toBe(7);
    expect(await store.noteEpoch("s1", 5_000_000_000, 200)).toBe(5_000_000_000);
    expect(await store.noteEpoch("s1", 9, 300)).toBe(5_000_000_000);
    expect(await store.noteEpoch("s2", 1, 300)).toBe(1);
    await store.trimEpochs(301);
    expect(await store.noteEpoch("s1", 3, 400)).toBe(3);
  });
}
