import { verifyEpoch } from "@nearframe/shared/checking/published";
import { afterEach, expect, test, vi } from "vitest";
import { verifySignature } from "./checker-door.ts";
import { judgeReporter, restsUntilMs } from "./conclude.ts";
import { REST_MS, REST_MS_MAX, VOIDS_KEPT_MS } from "./limits.ts";
import { newReporter } from "./standing.ts";
import { createCheckingWorld, EPOCH_MS, well, type CheckingWorld } from "./testing/checking-world.ts";

// Thirty epochs are some seconds of one core, which others may be using.
vi.setConfig({ testTimeout: 60_000 });

let world: CheckingWorld | undefined;
afterEach(async () => {
  await world?.scope.close();
  vi.useRealTimers();
});

test("a checker that stands still in its checks is replaced, and for a while left out; its weight stays", async () => {
  world = await createCheckingWorld({ playMeanMs: 1e15 });
  const { checking } = await world.server("s1");
  const checkers = Array.from({ length: 7 }, (_, index) => world!.checker(checking, index, index === 0 ? () => "stalls" : well));
  const slow = checkers[0]!.checkerId;
  await world.passEpochs(30);
  const epochs = await world.closedEpochs();
  const voided = epochs.filter(({ tasks }) => tasks.some(({ voided = [] }) => voided.includes(slow)));
  expect(voided.length).toBeGreaterThanOrEqual(2);
  for (const published of epochs) {
    expect(verifyEpoch(published, verifySignature).broken).toEqual([]);
    for (const { replaced = [], voided: of = [] } of published.tasks) expect(replaced).toEqual(expect.arrayContaining(of));
    expect(published.verdicts.every(({ outcome }) => outcome === "clear")).toBe(true);
    expect(published.verdicts.flatMap(({ agreeing, dissenting }) => [...agreeing, ...dissenting])).not.toContain(slow);
  }
  // Of thirty epochs it was let into those before its third void, and one after each rest.
  const enrolled = epochs.filter(({ checkers: all }) => all.some(({ checkerId }) => checkerId === slow));
  expect(enrolled.length).toBeLessThan(epochs.length / 2);
  expect(enrolled.at(-1)?.checkers.find(({ checkerId }) => checkerId === slow)?.weight).toBe(0.25);
  const [reporter] = await world.store.reporters([slow]);
  expect(reporter).toMatchObject({ errorsAtMs: [], agreed: 0, disagreed: 0 });
  expect(restsUntilMs(reporter!)).toBeGreaterThan(Date.now() - EPOCH_MS);
});

test("a rest grows with each void within a day, and is forgotten with them", () => {
  const at = (count: number, everyMs = 60_000) => ({ voidsAtMs: Array.from({ length: count }, (_, index) => 1_000 + index * everyMs) });
  expect([restsUntilMs({}), restsUntilMs(at(2))]).toEqual([0, 0]);
  expect(restsUntilMs(at(3)) - 121_000).toBe(REST_MS);
  expect(restsUntilMs(at(5)) - 241_000).toBe(3 * REST_MS);
  expect(restsUntilMs(at(15)) - 841_000).toBe(REST_MS_MAX);
  expect(restsUntilMs(at(9, VOIDS_KEPT_MS / 2))).toBe(0);
  expect(judgeReporter({ ...newReporter("c", 0), ...at(1) }, true, false, 5)).toMatchObject(at(1));
});
