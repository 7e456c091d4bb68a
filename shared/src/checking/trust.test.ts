import { describe, expect, test } from "vitest";
import { capWeights, newTrust, recordAgreement, weightOf, type Trust, type Voice } from "./trust.ts";
import { agrees, spreadOf, weightedMedian } from "./weighted-median.ts";

const WEEK_MS = 7 * 24 * 3_600_000;
const even = (...values: number[]) => values.map((value) => ({ value, weight: 1 }));

describe("a weighted median", () => {
  test("is the middle, and between two middles their mean", () => {
    expect(weightedMedian(even(3, 1, 2))).toBe(2);
    expect(weightedMedian(even(1, 2, 3, 4))).toBe(2.5);
    expect(weightedMedian([])).toBeUndefined();
    expect(weightedMedian([{ value: 1, weight: 0 }])).toBeUndefined();
  });

  test("goes with the weight, not with the number", () => {
    const liars = [25, 25, 25].map((value) => ({ value, weight: 0.35 }));
    const honest = [59, 60, 61].map((value) => ({ value, weight: 1 }));
    expect(weightedMedian([...liars, ...honest])).toBeGreaterThanOrEqual(59);
  });

  test("tells how far apart the reports are, and who agrees", () => {
    expect(spreadOf([60, 60, 60])).toBe(0);
    expect(spreadOf([58, 60, 62])).toBeCloseTo(2.97, 1);
    expect(agrees(65, 60, 0)).toBe(true);
    expect(agrees(67, 60, 0)).toBe(false);
    expect(agrees(67, 60, 3)).toBe(true);
  });
});

describe("trust", () => {
  const after = (agreed: number, disagreed: number): Trust => {
    let trust = newTrust(0);
    for (let i = 0; i < agreed; i++) trust = recordAgreement(trust, true, 0);
    for (let i = 0; i < disagreed; i++) trust = recordAgreement(trust, false, 0);
    return trust;
  };

  test("of a newcomer is a quarter, grows with agreement, falls with error, and never to nothing", () => {
    expect(weightOf(newTrust(0), 0)).toBe(0.25);
    expect(weightOf(after(98, 0), 0)).toBeGreaterThan(0.95);
    expect(weightOf(after(0, 98), 0)).toBe(0.05);
    expect(weightOf(after(10, 10), 0)).toBeCloseTo(0.25, 2);
  });

  test("of long ago counts half as much each week", () => {
    const trusted = after(30, 0);
    expect(weightOf(trusted, 20 * WEEK_MS)).toBeCloseTo(0.25, 2);
    expect(weightOf(trusted, WEEK_MS)).toBeCloseTo(((1 + 15) / (2 + 15)) ** 2, 6);
  });
});

describe("shares of a committee's weight", () => {
  const voice = (operatorId: string, networkId: string, weight = 1): Voice => ({ operatorId, networkId, weight });
  const shareOf = (voices: readonly Voice[], of: (voice: Voice) => boolean) => {
    const sum = (list: readonly Voice[]) => list.reduce((total, { weight }) => total + weight, 0);
    return sum(voices.filter(of)) / sum(voices);
  };

  test("no operator has more than a fifth where there are enough of them", () => {
    const voices = [voice("giant", "n0"), voice("giant", "n1"), ...[2, 3, 4, 5, 6, 7, 8].map((i) => voice(`o${i}`, `n${i}`, 0.5))];
    expect(shareOf(voices, ({ operatorId }) => operatorId === "giant")).toBeGreaterThan(0.3);
    expect(shareOf(capWeights(voices), ({ operatorId }) => operatorId === "giant")).toBeLessThanOrEqual(0.2 + 1e-9);
  });

  test("no network has more than a third", () => {
    const voices = Array.from({ length: 10 }, (_, i) => voice(`o${i}`, i < 6 ? "big" : `n${i}`));
    expect(shareOf(capWeights(voices), ({ networkId }) => networkId === "big")).toBeLessThanOrEqual(0.34 + 1e-9);
  });

  test("two operators alone share evenly, and one has it all", () => {
    expect(shareOf(capWeights([voice("a", "n1", 1), voice("b", "n2", 0.1)]), ({ operatorId }) => operatorId === "a")).toBeCloseTo(0.5);
    expect(capWeights([voice("a", "n", 0.7)])).toEqual([voice("a", "n", 0.7)]);
  });

  test("what is within its share keeps its weight", () => {
    const voices = Array.from({ length: 8 }, (_, i) => voice(`o${i}`, `n${i}`, 0.9));
    expect(capWeights(voices)).toEqual(voices);
  });
});
