import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import { minuteRecord } from "../testing/fixtures.ts";
import { BATCH_ROWS_MAX, MINUTE_LIFE_MS, MINUTES_PENDING_MAX, TRIM_EVERY_MS, TRIM_FIRST_MS, TRIM_ROWS_MAX, WRITE_EVERY_MS } from "./limits.ts";
import { createMinuteWriter } from "./minute-writer.ts";

const NOW_MS = 1_800_000_000_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A store that can be broken, and counts its batches. */
function world() {
  const store = createMemoryStore();
  const lines: string[] = [];
  const batches: number[] = [];
  const world = {
    broken: false,
    batches,
    lines,
    found: async () => (await store.sessionMinutes("s1", 1_000_000)).map(({ quality }) => quality.minute),
    save: store.saveMinutes,
    trim: store.trimMinutes,
  };
  const scope = new Scope();
  const guard = () => {
    if (world.broken) throw new Error("disk full");
  };
  const writer = createMinuteWriter(
    {
      store: {
        ...store,
        saveMinutes: async (minutes) => {
          guard();
          batches.push(minutes.length);
          await store.saveMinutes(minutes);
        },
        trimMinutes: async (limits) => {
          guard();
          return world.trim(limits);
        },
      },
      log: createLog("info", { write: (line) => void lines.push(line) }),
      nowMs: () => NOW_MS,
    },
    scope,
  );
  return Object.assign(world, { scope, writer });
}

const minutes = (count: number, from = 0) => Array.from({ length: count }, (_, minute) => minuteRecord({ minute: from + minute }));

test("minutes wait for others, and go together", async () => {
  const { writer, scope, batches, found } = world();
  writer.write(minutes(2));
  writer.write([]);
  writer.write(minutes(1, 2));
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS);
  expect([batches, await found(), writer.backlog]).toEqual([[3], [0, 1, 2], 0]);
  await scope.close();
});

test("many go in batches", async () => {
  const { writer, scope, batches } = world();
  writer.write(minutes(BATCH_ROWS_MAX + 1));
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS);
  expect(batches).toEqual([BATCH_ROWS_MAX, 1]);
  await scope.close();
});

test("a batch that fails is tried again, with what came since", async () => {
  const broken = world();
  broken.broken = true;
  broken.writer.write(minutes(1));
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS);
  broken.writer.write(minutes(1, 1));
  expect(broken.writer.backlog).toBe(2);
  broken.broken = false;
  await vi.advanceTimersByTimeAsync(WRITE_EVERY_MS);
  expect([await broken.found(), broken.lines.length]).toEqual([[0, 1], 1]);
  await broken.scope.close();
});

test("of more than may wait, the oldest are given up, and that is said", async () => {
  const { writer, scope, lines } = world();
  writer.write(minutes(MINUTES_PENDING_MAX));
  writer.write(minutes(2));
  expect(writer.backlog).toBe(MINUTES_PENDING_MAX);
  expect(lines.map((line) => JSON.parse(line).minutes)).toEqual([2]);
  await scope.close();
});

test("closing writes what waits", async () => {
  const { writer, scope, found } = world();
  writer.write(minutes(2));
  await scope.close();
  expect(await found()).toEqual([0, 1]);
});

test("closing on a broken store says what was lost", async () => {
  const broken = world();
  broken.broken = true;
  broken.writer.write(minutes(2));
  await broken.scope.close();
  expect(JSON.parse(broken.lines.at(-1) ?? "{}")).toMatchObject({ minutes: 2, msg: "minute scores were not stored" });
});

test("old minutes go soon after the start, and then every hour", async () => {
  const { writer, scope, save, found } = world();
  const old = NOW_MS - MINUTE_LIFE_MS - 1;
  await save([minuteRecord({ minute: 1, beganAtMs: old }), minuteRecord({ minute: 2, beganAtMs: old + 2 })]);
  await vi.advanceTimersByTimeAsync(TRIM_FIRST_MS);
  expect(await found()).toEqual([2]);
  await save([minuteRecord({ minute: 3, beganAtMs: old })]);
  await vi.advanceTimersByTimeAsync(TRIM_EVERY_MS);
  expect(await found()).toEqual([2]);
  expect(writer.backlog).toBe(0);
  await scope.close();
});

test("many old minutes go in short steps, and a failure is tried again", async () => {
  const broken = world();
  const asked: number[] = [];
  const left = [TRIM_ROWS_MAX, TRIM_ROWS_MAX, 5];
  broken.trim = async ({ atOnceMax }) => {
    asked.push(atOnceMax);
    return left.shift() ?? 0;
  };
  broken.broken = true;
  await vi.advanceTimersByTimeAsync(TRIM_FIRST_MS);
  broken.broken = false;
  expect([asked, broken.lines.length]).toEqual([[], 1]);
  await vi.advanceTimersByTimeAsync(TRIM_EVERY_MS);
  expect(asked).toEqual([TRIM_ROWS_MAX, TRIM_ROWS_MAX, TRIM_ROWS_MAX]);
  expect(JSON.parse(broken.lines.at(-1) ?? "{}")).toMatchObject({ minutes: 2 * TRIM_ROWS_MAX + 5 });
  await broken.scope.close();
});
