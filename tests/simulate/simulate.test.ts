import { judgeRtt } from "@nearframe/server/location/light-speed";
import { expect, test } from "vitest";
import { readSimulatedCities, seededRandom } from "./cities.ts";
import { playDay } from "./play-day.ts";
import { createStrategy } from "./strategies.ts";
import type { StrategyName } from "./strategies.ts";
import { createWorld } from "./world.ts";

const cities = await readSimulatedCities();

function play(strategy: StrategyName, seed: number) {
  const world = createWorld(cities, 300, 80, seed);
  return playDay(world, createStrategy(strategy, world.nodes, world.network, seed));
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >>> 1] ?? Number.NaN;

test("the same seed gives the same day, another another", () => {
  expect(play("ours", 3)).toEqual(play("ours", 3));
  expect(play("ours", 4).rttMs).not.toEqual(play("ours", 3).rttMs);
});

test("everybody who asked has played or given up, and ours is nearer than chance", () => {
  const [ours, random] = [play("ours", 1), play("random", 1)];
  for (const { rttMs, waitedMs, gaveUp, asked } of [ours, random]) {
    expect(rttMs.length + gaveUp).toBe(asked);
    expect(waitedMs.length).toBe(rttMs.length);
  }
  expect(median(ours.rttMs)).toBeLessThan(median(random.rttMs) / 2);
});

test("no path of the modelled internet is faster than light, or other than its way back", () => {
  const { network, players, nodes } = createWorld(cities, 200, 50, 9);
  const random = seededRandom(9);
  for (const { end } of players) {
    const other = nodes[Math.floor(random() * nodes.length)]?.end;
    if (!other) throw new Error("no nodes");
    const rttMs = network.rttMs(end, other, 12);
    const place = (city: typeof end.city) => ({ ...city, region: "", accuracyKm: 0 });
    expect(judgeRtt(rttMs, place(end.city), place(other.city))).toEqual({ type: "plausible" });
    expect(network.rttMs(other, end, 12)).toBeCloseTo(rttMs, 6);
  }
});
