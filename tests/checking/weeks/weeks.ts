// Many weeks of one kind, and how often what happened, with its interval.

import { seededRandom } from "../seeded-random.ts";
import { simulateWeek, type Week, type WeekChecker } from "./simulate-week.ts";
import type { CheckerKind, NodeKind } from "./world.ts";

export type WeeksOptions = {
  nodeKind: NodeKind;
  weeks: number;
  /** Left out: 0. Parts of many weeks, run beside each other, are the same weeks. */
  first?: number;
  seed: number;
  /** Of the sixty checkers, drawn anew each week. */
  lazy: number;
  colluding: number;
  friend: boolean;
  /** After each: how many there were, and how many of them ended in a penalty. */
  onWeek?(done: number, penalised: number): void;
};

export type Rate = { count: number; of: number; low: number; high: number };
export type WeeksResult = {
  penalised: Rate;
  /** A routine verdict found any fault. */
  found: Rate;
  /** Medians, of those weeks in which it happened. */
  foundAfterHours: number | undefined;
  penalisedAfterHours: number | undefined;
  penalties: Record<string, number>;
  /** Of all checkers of a kind in all weeks. */
  banned: Record<CheckerKind, Rate>;
};

export const CHECKERS = 60;

export function simulateWeeks(options: WeeksOptions): WeeksResult {
  const weeks: Week[] = [];
  const { first = 0 } = options;
  let ended = 0;
  for (let index = first; index < first + options.weeks; index++) {
    const random = seededRandom(options.seed * 1_000_003 + index);
    const week = simulateWeek({ nodeKind: options.nodeKind, checkers: makeCheckers(options, random), friend: options.friend, random, seed: `${options.seed}/${index}` });
    weeks.push(week);
    if (week.penalisedAtHour !== undefined) ended += 1;
    options.onWeek?.(weeks.length, ended);
  }
  const { lazy, colluding } = options;
  const banned = (kind: CheckerKind, of: number) => rate(weeks.reduce((sum, week) => sum + week.banned[kind], 0), of * weeks.length);
  const penalties: Record<string, number> = {};
  for (const { penalty } of weeks) if (penalty !== undefined) penalties[penalty] = (penalties[penalty] ?? 0) + 1;
  const hours = (of: (week: Week) => number | undefined) => median(weeks.map(of).filter((hour) => hour !== undefined));
  return {
    penalised: rate(weeks.filter(({ penalisedAtHour }) => penalisedAtHour !== undefined).length, weeks.length),
    found: rate(weeks.filter(({ foundAtHour }) => foundAtHour !== undefined).length, weeks.length),
    foundAfterHours: hours(({ foundAtHour }) => foundAtHour),
    penalisedAfterHours: hours(({ penalisedAtHour }) => penalisedAtHour),
    penalties,
    banned: { honest: banned("honest", CHECKERS - lazy - colluding), lazy: banned("lazy", lazy), colluding: banned("colluding", colluding) },
  };
}

/** 45 operators on 30 networks; who has more than one checker may collude with itself. */
function makeCheckers({ lazy, colluding }: WeeksOptions, random: () => number): WeekChecker[] {
  const order = Array.from({ length: CHECKERS }, (_, index) => ({ index, rank: random() })).toSorted((a, b) => a.rank - b.rank);
  return order.map(({ index }, place) => ({
    checkerId: `checker-${index}`, publicKey: "", operatorId: `operator-${index % 45}`, networkId: `network-${index % 30}`,
    kind: place < colluding ? "colluding" : place < colluding + lazy ? "lazy" : "honest",
  }));
}

/** With the 95 % interval after Wilson. */
export function rate(count: number, of: number): Rate {
  const z = 1.96;
  const share = of === 0 ? 0 : count / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const margin = (z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return { count, of, low: Math.max(0, middle - margin), high: Math.min(1, middle + margin) };
}

function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
