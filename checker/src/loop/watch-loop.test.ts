import { setTimeout as wait } from "node:timers/promises";
import { Scope } from "@nearframe/shared/lifetime";
import { expect, test } from "vitest";
import { watchLoop } from "./watch-loop.ts";

test("a process that stands still says for how long; what came before and after is not in it", async () => {
  await using scope = new Scope();
  stand(120);
  const watch = watchLoop(scope);
  await wait(30);
  stand(200);
  await wait(30);
  const stallMs = watch.end();
  stand(400);
  await wait(20);
  // However slow the machine is, it stood for at least so long.
  expect(stallMs).toBeGreaterThan(180);
  expect(watch.end()).toBe(stallMs);
});

test("where there was no time to look, there was none to stand still", async () => {
  await using scope = new Scope();
  expect(watchLoop(scope).end()).toBe(0);
});

function stand(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}
