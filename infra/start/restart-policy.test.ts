import { expect, test } from "vitest";
import { chooseRestart, DEATHS_MAX, SOUND_AFTER_MS } from "./restart-policy.ts";

test("a program that dies again and again is started again with growing pauses, then given up", () => {
  const delaysMs: number[] = [];
  let deaths = 0;
  for (;;) {
    const restart = chooseRestart(deaths, 100);
    if (restart.kind === "give-up") break;
    deaths = restart.deaths;
    delaysMs.push(restart.delayMs);
  }
  expect(delaysMs).toEqual([500, 1_000, 2_000, 4_000, 8_000]);
  expect(delaysMs).toHaveLength(DEATHS_MAX - 1);
});

test("a program that ran well for a while is forgiven what was before", () => {
  expect(chooseRestart(DEATHS_MAX - 1, SOUND_AFTER_MS)).toEqual({ kind: "restart", deaths: 1, delayMs: 500 });
  expect(chooseRestart(DEATHS_MAX - 1, SOUND_AFTER_MS - 1)).toEqual({ kind: "give-up" });
});
