// What every store must do for nodes, whatever it is built on.

import { describe, expect, test } from "vitest";
import type { NodeDay, NodeStore } from "./node-ports.ts";

const DAY_MS = 86_400_000;
/** Noon of a day. */
const NOON = Date.UTC(2027, 0, 15, 12);

const day = (nodeId: string, change: Partial<NodeDay> = {}): NodeDay => ({
  nodeId, atMs: NOON, linkedMs: 0, sessionsEnded: 0, sessionsFailedByHost: 0, ...change,
});
const EVER = { sinceMs: 0, recentSinceMs: 0 };

export function nodeStoreContract(open: () => Promise<NodeStore>): void {
  describe("nodes", () => {
    test("what is told of a node adds up, whoever told it", async () => {
      const store = await open();
      await store.addNodeDays([day("n1", { linkedMs: 5_000_000_000, sessionsEnded: 2 }), day("n2", { linkedMs: 1 })]);
      await store.addNodeDays([day("n1", { atMs: NOON - 1_000, linkedMs: 1, sessionsFailedByHost: 1, sessionsEnded: 1 })]);
      expect(await store.nodeTotals(["n1", "n9"], EVER)).toEqual([
        {
          nodeId: "n1",
          firstHeardAtMs: NOON - 1_000,
          linkedMs: 5_000_000_001,
          sessionsEnded: 3,
          sessionsFailedByHost: 1,
          sessionsRecent: 3,
        },
      ]);
    });

    test("a node may be named twice at once, on days of its own", async () => {
      const store = await open();
      await store.addNodeDays([day("n1", { sessionsEnded: 1 }), day("n1", { sessionsEnded: 1 }), day("n1", { atMs: NOON + DAY_MS, sessionsEnded: 4 })]);
      expect(await store.nodeTotals(["n1"], { sinceMs: 0, recentSinceMs: NOON + DAY_MS })).toMatchObject([
        { sessionsEnded: 6, sessionsRecent: 4 },
      ]);
    });

    test("only the days that are asked for count, whole", async () => {
      const store = await open();
      await store.addNodeDays([0, 1, 2].map((index) => day("n1", { atMs: NOON + index * DAY_MS, sessionsEnded: 1 })));
      const [totals] = await store.nodeTotals(["n1"], { sinceMs: NOON + DAY_MS + 3_600_000, recentSinceMs: NOON + 9 * DAY_MS });
      expect(totals).toMatchObject({ sessionsEnded: 2, sessionsRecent: 0, firstHeardAtMs: NOON + DAY_MS });
    });

    test("old days go, and nothing is no work", async () => {
      const store = await open();
      await store.addNodeDays([]);
      expect(await store.nodeTotals([], EVER)).toEqual([]);
      await store.addNodeDays([0, 1, 2].map((index) => day("n1", { atMs: NOON + index * DAY_MS, sessionsEnded: 1 })));
      expect(await store.trimNodeDays(NOON + 2 * DAY_MS)).toBe(2);
      expect(await store.trimNodeDays(NOON + 2 * DAY_MS)).toBe(0);
      expect(await store.nodeTotals(["n1"], EVER)).toMatchObject([{ sessionsEnded: 1 }]);
    });
  });
}
