import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { DeliveryQueue } from "./delivery-queue.ts";

let scope: Scope;
let delivered: [item: string, lateMs: number][];
let queue: DeliveryQueue<string>;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  scope = new Scope();
  delivered = [];
  const clock = { wallMs: () => 0, monotonicMs: () => performance.now() };
  queue = new DeliveryQueue((item, lateMs) => delivered.push([item, lateMs]), clock, scope);
});
afterEach(async () => {
  vi.useRealTimers();
  await scope.close();
});

const at = (delayMs: number) => performance.now() + delayMs;

test("things leave by time, and in the order they came where times are equal", () => {
  queue.push(at(30), "c");
  queue.push(at(10), "a");
  queue.push(at(30), "d");
  queue.push(at(20), "b");
  vi.advanceTimersByTime(25);
  expect(delivered.map(([item]) => item)).toEqual(["a", "b"]);
  vi.advanceTimersByTime(10);
  expect(delivered.map(([item]) => item)).toEqual(["a", "b", "c", "d"]);
});

test("what is due now leaves at once, without a timer", () => {
  queue.push(at(0), "a");
  queue.push(at(-5), "b");
  expect(delivered).toEqual([
    ["a", 0],
    ["b", 5],
  ]);
  expect(vi.getTimerCount()).toBe(0);
});

test("there is one timer, however much waits", () => {
  for (let ms = 50; ms > 0; ms--) queue.push(at(ms), `${ms}`);
  expect(vi.getTimerCount()).toBe(1);
  expect(queue.length).toBe(50);
  vi.advanceTimersByTime(50);
  expect(delivered).toHaveLength(50);
  expect(vi.getTimerCount()).toBe(0);
});

test("closing drops what waits and takes nothing more", async () => {
  queue.push(at(10), "a");
  vi.useRealTimers();
  await scope.close();
  vi.useFakeTimers();
  queue.push(0, "b");
  expect(queue.length).toBe(0);
  expect(delivered).toEqual([]);
});
