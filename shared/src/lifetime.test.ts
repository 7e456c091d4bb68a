import { afterEach, describe, expect, test, vi } from "vitest";
import { CLOSE_TIMEOUT_MS, Scope, TimeoutError, withTimeout } from "./lifetime.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("Scope", () => {
  test("closes what it owns, newest first, exactly once", async () => {
    const scope = new Scope();
    const closed: string[] = [];
    for (const name of ["display", "sound", "title"]) scope.own(name, (name) => void closed.push(name));
    await Promise.all([scope.close(), scope.close()]);
    await scope.close();
    expect(closed).toEqual(["title", "sound", "display"]);
  });

  test("aborts its signal with the reason before anything closes", async () => {
    const scope = new Scope();
    const seen: unknown[] = [];
    scope.own(undefined, () => void seen.push(scope.signal.aborted, scope.signal.reason));
    await scope.close("node-lost");
    expect(seen).toEqual([true, "node-lost"]);
  });

  test("a resource that arrives too late is closed at once, and its creator is told", async () => {
    const scope = new Scope();
    await scope.close();
    const close = vi.fn();
    expect(() => scope.own("late", close)).toThrow();
    expect(close).toHaveBeenCalledOnce();
  });

  // A first version was `closed` a turn before its signal was aborted, so the late
  // arrival was closed but its creator not told.
  test("a resource that arrives in the same turn as the close is too late as well", () => {
    const scope = new Scope();
    void scope.close();
    expect(scope.signal.aborted).toBe(true);
    expect(() => scope.own("late", () => {})).toThrow();
  });

  test("a close that closes its own scope again joins the first", async () => {
    const scope = new Scope();
    const closed: string[] = [];
    scope.own("outer", () => void closed.push("outer"));
    scope.own("inner", () => {
      void scope.close();
      closed.push("inner");
    });
    await scope.close();
    expect(closed).toEqual(["inner", "outer"]);
  });

  test("one failing close does not keep the others open", async () => {
    const scope = new Scope();
    const closed: string[] = [];
    scope.own("first", () => void closed.push("first"));
    scope.own("bad", () => {
      throw new Error("stuck");
    });
    await expect(scope.close()).rejects.toThrow(AggregateError);
    expect(closed).toEqual(["first"]);
  });

  test("a close that never settles holds the others up for a limited time", async () => {
    vi.useFakeTimers();
    const scope = new Scope();
    const closed: string[] = [];
    scope.own("first", () => void closed.push("first"));
    scope.own("hung", () => new Promise<void>(() => {}));
    const closing = expect(scope.close()).rejects.toThrow(AggregateError);
    await vi.advanceTimersByTimeAsync(CLOSE_TIMEOUT_MS);
    await closing;
    expect(closed).toEqual(["first"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a close that may take longer is waited for as long as its owner says", async () => {
    vi.useFakeTimers();
    const scope = new Scope();
    const slow = Promise.withResolvers<void>();
    const closed: string[] = [];
    scope.own("first", () => void closed.push("first"));
    scope.own("slow", () => slow.promise, 4 * CLOSE_TIMEOUT_MS);
    const closing = scope.close();
    await vi.advanceTimersByTimeAsync(3 * CLOSE_TIMEOUT_MS);
    expect(closed).toEqual([]);
    slow.resolve();
    await closing;
    expect(closed).toEqual(["first"]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a child closes with its parent, or earlier and then only once", async () => {
    const parent = new Scope();
    const closed: string[] = [];
    const early = parent.child();
    early.own("early", (name) => void closed.push(name));
    parent.child().own("late", (name) => void closed.push(name));
    await early.close();
    expect(closed).toEqual(["early"]);
    await parent.close();
    expect(closed).toEqual(["early", "late"]);
  });

  test("an adopted scope ends with its new owner, and its old one forgets it", async () => {
    const [pool, session] = [new Scope(), new Scope()];
    const closed: string[] = [];
    const moved = pool.child();
    moved.own("moved", (name) => void closed.push(name));
    session.own("older", (name) => void closed.push(name));
    session.adopt(moved);
    await pool.close();
    expect(closed).toEqual([]);
    await session.close("over");
    expect(closed).toEqual(["moved", "older"]);
    expect(moved.signal.reason).toBe("over");
  });

  test("a scope that is adopted too late closes with whom it had", async () => {
    const [pool, session] = [new Scope(), new Scope()];
    const moved = pool.child();
    await session.close();
    expect(() => session.adopt(moved)).toThrow();
    expect(moved.closed).toBe(true);
    await pool.close();
    expect(() => new Scope().adopt(moved)).toThrow();
  });

  // It once kept closed children in the parent's list: a slow leak in a node that lives for weeks.
  test("a closed child leaves no trace in its parent", async () => {
    const parent = new Scope();
    const closes = vi.fn();
    for (let i = 0; i < 1000; i++) {
      const child = parent.child();
      child.own(i, closes);
      await child.close();
    }
    closes.mockClear();
    const started = performance.now();
    await parent.close();
    expect(closes).not.toHaveBeenCalled();
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("withTimeout", () => {
  test("gives the value and leaves no timer", async () => {
    vi.useFakeTimers();
    await expect(withTimeout(Promise.resolve(7), 100, "late")).resolves.toBe(7);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("rejects with what was waited for", async () => {
    vi.useFakeTimers();
    const waiting = expect(withTimeout(new Promise(() => {}), 100, "no display")).rejects.toThrow(TimeoutError);
    await vi.advanceTimersByTimeAsync(100);
    await waiting;
  });
});
