import { describe, expect, test } from "vitest";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { CLASS_UP_AFTER_MS, PRIORITY_CLASSES, orderLine, positionsOf } from "./line.ts";
import type { LineEntry } from "./line.ts";

const NOBODY: ReadonlyMap<string, number> = new Map();

function entry(sessionId: string, changes: Partial<LineEntry> = {}): LineEntry {
  return { sessionId, priority: "ordinary", publisher: "acme", askedAtMs: 0, pool: "eu", ...changes };
}
const idsOf = (entries: readonly LineEntry[]) => entries.map(({ sessionId }) => sessionId);

describe("the line", () => {
  test("who asked first is first", () => {
    expect(idsOf(orderLine([entry("late", { askedAtMs: 9 }), entry("early", { askedAtMs: 1 })], NOBODY, 10))).toEqual(["early", "late"]);
  });

  test("a session that lost its node is in front of everybody", () => {
    const line = [entry("paid", { priority: "paid" }), entry("lost", { priority: "interrupted", askedAtMs: 9 })];
    expect(idsOf(orderLine(line, NOBODY, 10))).toEqual(["lost", "paid"]);
  });

  test("publishers take turns, however long the line of one is", () => {
    const rush = Array.from({ length: 4 }, (_, n) => entry(`rush-${n}`, { publisher: "rush", askedAtMs: n }));
    const small = [entry("small-0", { publisher: "small", askedAtMs: 50 }), entry("small-1", { publisher: "small", askedAtMs: 51 })];
    expect(idsOf(orderLine([...rush, ...small], NOBODY, 60))).toEqual(["rush-0", "small-0", "rush-1", "small-1", "rush-2", "rush-3"]);
  });

  test("what a publisher's players already have counts", () => {
    const line = [entry("rush", { publisher: "rush" }), entry("small", { publisher: "small", askedAtMs: 50 })];
    expect(idsOf(orderLine(line, new Map([["rush", 3]]), 60))).toEqual(["small", "rush"]);
  });

  test("nobody of a lower class waits for ever, and nobody gets ahead of the interrupted", () => {
    const line = [
      entry("patient", { priority: "background" }),
      entry("paid", { priority: "paid", askedAtMs: CLASS_UP_AFTER_MS * 3 - 1 }),
      entry("lost", { priority: "interrupted", askedAtMs: CLASS_UP_AFTER_MS * 3 - 1 }),
    ];
    expect(idsOf(orderLine(line, NOBODY, CLASS_UP_AFTER_MS))).toEqual(["lost", "paid", "patient"]);
    expect(idsOf(orderLine(line, NOBODY, CLASS_UP_AFTER_MS * 3))).toEqual(["lost", "patient", "paid"]);
  });

  test("a place is counted among those who want the same nodes", () => {
    const ordered = [entry("a"), entry("b", { pool: "us" }), entry("c"), entry("d", { pool: "us" })];
    expect([...positionsOf(ordered)]).toEqual([["a", 1], ["b", 1], ["c", 2], ["d", 2]]);
  });
});

function randomLine(random: () => number, length: number): LineEntry[] {
  return Array.from({ length }, (_, n) =>
    entry(`s${n}`, {
      priority: pick(random, PRIORITY_CLASSES),
      publisher: pick(random, ["a", "b", "c", "d"]),
      askedAtMs: Math.floor(random() * 900_000),
      pool: pick(random, ["eu", "us"]),
    }),
  );
}

describe.each([1, 2, 3, 4, 5])("lines of seed %i", (seed) => {
  const random = seededRandom(seed);

  test("every process sees the same order, in whatever order it heard of the sessions", () => {
    for (let round = 0; round < 50; round++) {
      const line = randomLine(random, 30);
      const running = new Map([["a", 2], ["b", 7]]);
      const ordered = idsOf(orderLine(line, running, 900_000));
      const shuffled = line.map((one) => ({ one, key: random() })).toSorted((a, b) => a.key - b.key).map(({ one }) => one);
      expect(idsOf(orderLine(shuffled, running, 900_000))).toEqual(ordered);
      expect(ordered.toSorted()).toEqual(idsOf(line).toSorted());
    }
  });

  test("whoever leaves puts nobody back", () => {
    for (let round = 0; round < 50; round++) {
      const line = randomLine(random, 20);
      const ordered = orderLine(line, NOBODY, 900_000);
      const gone = pick(random, line);
      const positions = positionsOf(ordered);
      for (const [sessionId, position] of positionsOf(orderLine(line.filter((one) => one !== gone), NOBODY, 900_000))) {
        // One publisher's turn passes to its next, so others may stay; nobody is later than before.
        if (ordered.find((one) => one.sessionId === sessionId)?.publisher === gone.publisher) {
          expect(position).toBeLessThanOrEqual(positions.get(sessionId) ?? 0);
        }
      }
    }
  });

  test("of a publisher and class, who asked first is first", () => {
    const ordered = orderLine(randomLine(random, 60).map((one) => ({ ...one, priority: "ordinary" as const })), NOBODY, 0);
    for (const publisher of ["a", "b", "c", "d"]) {
      const times = ordered.filter((one) => one.publisher === publisher).map(({ askedAtMs }) => askedAtMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  });
});

test("a publisher's crowd does not starve the others: all have as much where all want more", () => {
  // 12 slots that last 10 turns; each turn "crowd" asks three times and "small" once.
  const random = seededRandom(42);
  const waiting: LineEntry[] = [];
  let running: { publisher: string; endsAt: number }[] = [];
  const had = new Map<string, number>();
  for (let turn = 0; turn < 1_000; turn++) {
    for (const publisher of ["crowd", "crowd", "crowd", "small", "other"]) waiting.push(entry(`${publisher}-${turn}-${random()}`, { publisher, askedAtMs: turn }));
    // Nobody waits for more than 40 turns.
    while ((waiting[0]?.askedAtMs ?? turn) < turn - 40) waiting.shift();
    running = running.filter(({ endsAt }) => endsAt > turn);
    const counts = new Map<string, number>();
    for (const { publisher } of running) counts.set(publisher, (counts.get(publisher) ?? 0) + 1);
    for (const next of orderLine(waiting, counts, turn).slice(0, 12 - running.length)) {
      waiting.splice(waiting.indexOf(next), 1);
      running.push({ publisher: next.publisher, endsAt: turn + 5 + Math.floor(random() * 10) });
    }
    if (turn > 100) for (const { publisher } of running) had.set(publisher, (had.get(publisher) ?? 0) + 1);
  }
  const total = [...had.values()].reduce((a, b) => a + b, 0);
  expect((had.get("small") ?? 0) / total).toBeGreaterThan(0.3);
  expect((had.get("crowd") ?? 0) / total).toBeLessThan(0.37);
});
