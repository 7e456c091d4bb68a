import { Scope } from "@nearframe/shared/lifetime";
import { expect, test } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createPlayAhead, UNTAKEN_MS } from "./play-ahead.ts";
import type { Play } from "./play.ts";

function open() {
  const timers = createFakeTimers();
  const ahead = createPlayAhead(timers);
  const ended: string[] = [];
  const begin = (titleId: string): Play => {
    const play = { titleId } as unknown as Play;
    ahead.begin(titleId, (scope) => scope.own(play, () => void ended.push(titleId)));
    return play;
  };
  /** Scopes close in their own time. */
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return { timers, ahead, ended, begin, settled };
}

test("the page takes what was begun at the tap, once, and it ends with the page", async () => {
  const { timers, ahead, ended, begin, settled } = open();
  const play = begin("doom");
  const page = new Scope();
  expect(ahead.take("doom", page)).toBe(play);
  expect(ahead.take("doom", new Scope())).toBeUndefined();
  timers.pass(UNTAKEN_MS);
  await settled();
  expect(ended).toEqual([]);
  await page.close("left");
  expect(ended).toEqual(["doom"]);
});

test("what no page takes is left: after a while, for another title, at the next tap", async () => {
  const { timers, ahead, ended, begin, settled } = open();
  begin("late");
  timers.pass(UNTAKEN_MS);
  await settled();
  expect(ended).toEqual(["late"]);
  begin("first");
  begin("second");
  await settled();
  expect(ended).toEqual(["late", "first"]);
  expect(ahead.take("other", new Scope())).toBeUndefined();
  await settled();
  expect(ended).toEqual(["late", "first", "second"]);
});
