import { describe, expect, test } from "vitest";
import { simulateWeeks, type WeeksOptions } from "./weeks.ts";
import { NODE_KINDS } from "./world.ts";

const weeks = (options: Partial<WeeksOptions>) =>
  simulateWeeks({ nodeKind: "honest", weeks: 20, seed: 1, lazy: 3, colluding: 0, friend: false, ...options });

test("honest nodes under bad networks are not punished, even where a fifth of the checkers slanders them", { timeout: 60_000 }, () => {
  expect(weeks({}).penalised.count).toBe(0);
  const { penalised, banned } = weeks({ colluding: 12 });
  expect(penalised.count).toBe(0);
  expect(banned.colluding).toMatchObject({ of: 240 });
  expect(banned.colluding.low).toBeGreaterThan(0.5);
  expect(banned.honest.high).toBeLessThan(0.01);
});

describe.each(["replayed-video", "upscaled-picture", "inflated-frames"] as const)("a node that cheats: %s", (nodeKind) => {
  test("is punished within the week, even where a fifth of the checkers are its friends", { timeout: 60_000 }, () => {
    expect(weeks({ nodeKind }).penalised.count).toBe(20);
    // Eight of eleven must agree, and four of them may be friends: some weeks end before such a draw comes.
    expect(weeks({ nodeKind, colluding: 12, friend: true }).penalised.count).toBeGreaterThanOrEqual(12);
  });
});

test.each(["slow-machine", "throttled-uplink", "duplicated-frames", "liveness-only"] as const)("a node that gives less than it should, %s, is found and costs points: a machine or a line may be to blame, so it is not punished", { timeout: 60_000 }, (nodeKind) => {
  const { found, penalised } = weeks({ nodeKind, weeks: 10 });
  expect(found.count).toBe(10);
  expect(penalised.count).toBe(0);
});

test("parts of many weeks are the same weeks", { timeout: 60_000 }, () => {
  const [whole, ...parts] = [weeks({ weeks: 2 }), weeks({ weeks: 1 }), weeks({ weeks: 1, first: 1 })];
  expect(whole.foundAfterHours).toBe(Math.max(...parts.map(({ foundAfterHours }) => foundAfterHours ?? Number.NaN)));
});

test("every kind is simulated", () => {
  for (const nodeKind of NODE_KINDS) expect(weeks({ nodeKind, weeks: 1 }).found.of).toBe(1);
});
