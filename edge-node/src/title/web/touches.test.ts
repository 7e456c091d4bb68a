import { expect, test } from "vitest";
import type { Fingers } from "../../input/bridged-touches.ts";
import { createWebTouches, lineUpTouches, NO_TOUCHES, WAITING_MAX, type TouchCall } from "./touches.ts";

const SIZE = { width: 1000, height: 500 };
const at = (...places: [id: number, x: number][]): Fingers => ({ fingers: places.map(([id, x]) => ({ id, x, y: 0.5, pressure: 0.7 })), cancelled: false });
const lined = (...all: Fingers[]) => all.reduce((line, fingers) => lineUpTouches(line, fingers, SIZE), NO_TOUCHES);
const said = (calls: readonly TouchCall[]) => calls.map(({ type, touchPoints }) => `${type} ${touchPoints.map(({ id, x }) => `${id}:${x}`).join(" ")}`.trim());

test("a page hears of each finger that comes and goes, and of the newest places of those that move", () => {
  const { waiting } = lined(at([0, 0.1]), at([0, 0.1], [1, 0.9]), at([0, 0.2], [1, 0.9]), at([0, 0.3], [1, 0.9]), at([0, 0.3]), at());
  expect(said(waiting)).toEqual(["touchStart 0:100", "touchStart 0:100 1:900", "touchMove 0:300", "touchEnd"]);
  expect(waiting[0]?.touchPoints[0]).toEqual({ id: 0, x: 100, y: 250, force: 0.7 });
});

test("what was lost is made good by what comes next, and a finger that is taken away is no tap", () => {
  expect(said(lined(at([0, 0.1]), at([1, 0.5])).waiting)).toEqual(["touchStart 0:100", "touchStart 1:500"]);
  expect(said(lined(at([0, 0.1]), { fingers: [], cancelled: true }).waiting)).toEqual(["touchStart 0:100", "touchCancel"]);
  expect(lined(at()).waiting).toEqual([]);
});

test("for a page that stands still no more wait than a few, and the next finger is a new one", () => {
  const taps = Array.from({ length: WAITING_MAX }, (_, tap) => (tap % 2 === 0 ? at([0, 0.1]) : at()));
  const full = lined(...taps, at([0, 0.1]));
  expect(full).toEqual({ ids: [], waiting: [{ type: "touchCancel", touchPoints: [] }] });
  expect(said(lineUpTouches(full, at([0, 0.2]), SIZE).waiting)).toEqual(["touchCancel", "touchStart 0:200"]);
});

test("a page is told one thing at a time, also after one that it refused", async () => {
  const told: TouchCall[] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const touch = createWebTouches(SIZE, (call) => {
    told.push(call);
    answers.push(Promise.withResolvers<void>());
    return answers.at(-1)?.promise ?? Promise.resolve();
  });
  for (const fingers of [at([0, 0.1]), at([0, 0.2]), at([0, 0.3]), at()]) touch(fingers);
  expect(said(told)).toEqual(["touchStart 0:100"]);
  for (let answer = 0; answer < 3; answer++) {
    answers[answer]?.reject(new Error("no such page"));
    await expect.poll(() => told.length).toBe(Math.min(3, answer + 2));
  }
  expect(said(told)).toEqual(["touchStart 0:100", "touchMove 0:300", "touchEnd"]);
});
