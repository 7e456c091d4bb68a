import { describe, expect, test } from "vitest";
import { BACKOFF_MS_MAX, BACKOFF_MS_MIN, decide, emptyPool, QUIET_MS, type Pool, type PoolEffect, type PoolEvent } from "./pool.ts";

const room = { slots: 4, memoryFreeMb: 4_000 };
const look: PoolEvent = { type: "looked", room };
const want = (key: string, count = 1, memoryMb = 100) => ({ key, count, memoryMb });

function rig() {
  let pool: Pool = emptyPool;
  return {
    pool: () => pool,
    tell(event: PoolEvent, nowMs = 0): PoolEffect[] {
      const [next, effects] = decide(pool, event, nowMs);
      pool = next;
      return effects;
    },
  };
}

/** One ready copy of `a`. */
function withReady() {
  const { pool, tell } = rig();
  tell({ type: "wanted", wanted: [want("a")] });
  tell(look);
  tell({ type: "ready", id: 1 });
  return { pool, tell };
}

describe("starts", () => {
  test("what is lacking, one after the other", () => {
    const { tell } = rig();
    expect(tell({ type: "wanted", wanted: [want("a", 2), want("b")] })).toEqual([]);
    expect(tell(look)).toEqual([{ type: "start", id: 1, key: "a" }]);
    expect(tell(look)).toEqual([]);
    tell({ type: "ready", id: 1 });
    expect(tell(look)).toEqual([{ type: "start", id: 2, key: "a" }]);
    tell({ type: "ready", id: 2 });
    expect(tell(look)).toEqual([{ type: "start", id: 3, key: "b" }]);
    tell({ type: "ready", id: 3 });
    expect(tell(look)).toEqual([]);
  });

  test("nothing while a session starts, nor right after", () => {
    const { tell } = rig();
    tell({ type: "wanted", wanted: [want("a")] });
    tell({ type: "sessions-changed", sessions: { open: 1, starting: 1 } }, 0);
    expect(tell(look, QUIET_MS)).toEqual([]);
    tell({ type: "sessions-changed", sessions: { open: 1, starting: 0 } }, 100);
    expect(tell(look, QUIET_MS - 1)).toEqual([]);
    expect(tell(look, QUIET_MS)).toHaveLength(1);
  });

  test("no more than slots that nobody uses", () => {
    const { tell } = rig();
    tell({ type: "wanted", wanted: [want("a", 9)] });
    tell({ type: "sessions-changed", sessions: { open: 3, starting: 0 } });
    expect(tell(look)).toHaveLength(1);
    tell({ type: "ready", id: 1 });
    expect(tell(look)).toEqual([]);
  });

  test("none that needs more than half of the free memory, but the next that fits", () => {
    const { tell } = rig();
    tell({ type: "wanted", wanted: [want("large", 1, 2_001), want("small", 1, 2_000)] });
    expect(tell(look)).toEqual([{ type: "start", id: 1, key: "small" }]);
  });
});

describe("stops", () => {
  test("what is not wanted any more, the newest first", () => {
    const { tell } = withReady();
    tell({ type: "wanted", wanted: [want("a", 2)] });
    tell(look);
    expect(tell({ type: "wanted", wanted: [want("a", 1)] })).toEqual([{ type: "stop", id: 2 }]);
    expect(tell({ type: "wanted", wanted: [] })).toEqual([{ type: "stop", id: 1 }]);
    expect(tell({ type: "wanted", wanted: [] })).toEqual([]);
  });

  test("one that is being started when a session is, and starts it again without delay for it", () => {
    const { tell } = rig();
    tell({ type: "wanted", wanted: [want("a")] });
    tell(look);
    expect(tell({ type: "sessions-changed", sessions: { open: 1, starting: 1 } })).toEqual([{ type: "stop", id: 1 }]);
    tell({ type: "gone", id: 1 });
    tell({ type: "sessions-changed", sessions: { open: 1, starting: 0 } });
    expect(tell(look, QUIET_MS)).toEqual([{ type: "start", id: 2, key: "a" }]);
  });

  test("what exceeds the slots, once no session is starting that may yet take it", () => {
    const { tell } = withReady();
    tell({ type: "sessions-changed", sessions: { open: 4, starting: 1 } });
    expect(tell(look)).toEqual([]);
    tell({ type: "sessions-changed", sessions: { open: 4, starting: 0 } });
    expect(tell(look)).toEqual([{ type: "stop", id: 1 }]);
  });

  test("a stopping copy is no place that is free", () => {
    const { tell, pool } = withReady();
    tell({ type: "wanted", wanted: [] });
    expect(pool().copies).toEqual([{ id: 1, key: "a", state: "stopping" }]);
    tell({ type: "gone", id: 1 });
    expect(pool().copies).toEqual([]);
  });
});

describe("a copy that dies", () => {
  test("is replaced after a while, which doubles", () => {
    const { tell } = withReady();
    tell({ type: "gone", id: 1 }, 0);
    expect(tell(look, BACKOFF_MS_MIN - 1)).toEqual([]);
    expect(tell(look, BACKOFF_MS_MIN)).toEqual([{ type: "start", id: 2, key: "a" }]);
    tell({ type: "gone", id: 2 }, BACKOFF_MS_MIN);
    expect(tell(look, 3 * BACKOFF_MS_MIN - 1)).toEqual([]);
    expect(tell(look, 3 * BACKOFF_MS_MIN)).toHaveLength(1);
  });

  test("is tried again at least every so often, and at once when a copy was of use", () => {
    const { tell } = withReady();
    let nowMs = 0;
    for (let id = 1; id < 20; id++) {
      tell({ type: "gone", id }, nowMs);
      nowMs += BACKOFF_MS_MAX;
      expect(tell(look, nowMs)).toHaveLength(1);
    }
    tell({ type: "ready", id: 20 }, nowMs);
    tell({ type: "taken", id: 20 }, nowMs);
    expect(tell(look, nowMs)).toHaveLength(1);
  });
});

test("a taken copy is the session's: it is neither stopped nor missed, and the next is started", () => {
  const { tell, pool } = withReady();
  tell({ type: "taken", id: 1 });
  expect(pool().copies).toEqual([]);
  expect(tell({ type: "gone", id: 1 })).toEqual([]);
  expect(tell(look)).toEqual([{ type: "start", id: 2, key: "a" }]);
});
