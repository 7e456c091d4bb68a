import { expect, test } from "vitest";
// @ts-expect-error The game is plain JavaScript, as a publisher's would be.
import { botHolds } from "./bot.js";
// @ts-expect-error See above.
import { createWorld, lanternInReach, metresOf, step, STEP_S, WATER_Y } from "./world.js";

const SECOND = Math.round(1 / STEP_S);

function fly(seed: number, seconds: number, holds: (world: ReturnType<typeof createWorld>) => boolean) {
  const world = createWorld(seed);
  const kinds: string[] = [];
  for (let index = 0; index < seconds * SECOND && !world.over; index += 1) {
    for (const event of step(world, holds(world))) kinds.push(event.kind);
  }
  return { world, kinds };
}

test("the same seed makes the same night", () => {
  const [first, again] = [fly(5, 20, botHolds), fly(5, 20, botHolds)];
  expect(first.kinds).toEqual(again.kinds);
  expect(first.world.player).toEqual(again.world.player);
  expect(first.kinds).not.toEqual(fly(6, 20, botHolds).kinds);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])("night %i can be flown for a while", (seed) => {
  const { world, kinds } = fly(seed, 30, botHolds);
  expect(metresOf(world)).toBeGreaterThan(250);
  expect(kinds).toContain("perfect");
});

test("who never holds ends in the lake", () => {
  const { world, kinds } = fly(1, 30, () => false);
  expect(world.over).toBe(true);
  expect(kinds.at(-1)).toBe("splash");
});

test("who never lets go loses the thread", () => {
  const { kinds } = fly(1, 5, () => true);
  expect(kinds.filter((kind) => kind === "grab")).toHaveLength(1);
  expect(kinds).toContain("snap");
});

test("a thread is never longer than it was when it caught", () => {
  const world = createWorld(3);
  for (let index = 0; index < 20 * SECOND && !world.over; index += 1) {
    step(world, botHolds(world));
    if (!world.thread) continue;
    const { lantern, length } = world.thread;
    expect(Math.hypot(world.player.x - lantern.x, world.player.y - lantern.y)).toBeLessThanOrEqual(length + 0.001);
  }
});

test("there is always a lantern ahead, and memory of the past is let go", () => {
  const world = createWorld(9);
  for (let index = 0; index < 60 * SECOND && !world.over; index += 1) {
    step(world, botHolds(world));
    expect(world.lanterns.at(-1).x).toBeGreaterThan(world.player.x + 1000);
    expect(world.lanterns.length + world.flies.length).toBeLessThan(150);
  }
});

test("the moth never sinks below the lake", () => {
  const { world } = fly(2, 30, (now) => Math.sin(now.timeS * 4) > 0);
  expect(world.player.y).toBeLessThanOrEqual(WATER_Y);
  expect(lanternInReach(createWorld(2))).toBeDefined();
});
