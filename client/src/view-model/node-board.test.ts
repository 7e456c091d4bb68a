import { describe, expect, test } from "vitest";
import { sampleNode, sampleNodes } from "../testing/sample-nodes.ts";
import { chooseShown, gradeOf, hasLine, mapPoint, toggleMine, trendPath, type TrendPoint } from "./node-board.ts";

const names = (filter: Parameters<typeof chooseShown>[1], mine: string[] = []) => chooseShown(sampleNodes, filter, mine).map(({ name }) => name);

describe("the board", () => {
  test("has the best first, and last who was not checked yet", () => {
    expect(names("all")).toEqual(["frankfurt-a", "osaka-rack-3", "sao-paulo-1", "sydney-2", "living-room-box", "ohio-7", "lagos-new"]);
  });

  test("shows a host his own, and what is in trouble", () => {
    expect(names("mine", ["n6", "n3"])).toEqual(["living-room-box", "lagos-new"]);
    expect(names("attention")).toEqual(["ohio-7"]);
    const low = sampleNode({ id: "x", name: "low", at: [0, 0], country: "", region: "", overall: 0.49 });
    expect(chooseShown([low], "attention", [])).toEqual([low]);
  });

  test("a node is marked as mine and is not any more", () => {
    expect(toggleMine(toggleMine(["a"], "b"), "a")).toEqual(["b"]);
  });
});

test.each([[undefined, "unknown"], [0, "poor"], [0.5, "fair"], [0.8, "good"]] as const)("a score of %s is %s", (score, grade) => {
  expect(gradeOf(score)).toBe(grade);
});

test("the map's corner is the north-west of the world", () => {
  expect(mapPoint({ latitude: 90, longitude: -180 })).toEqual({ x: 0, y: 0 });
  expect(mapPoint({ latitude: -90, longitude: 180 })).toEqual({ x: 360, y: 180 });
});

describe("a trend", () => {
  const point = (day: number, overall: number): TrendPoint => ({ day, overall, performance: 1, reliability: 1, honesty: 1 });
  const size = { width: 20, height: 10, days: 3 };

  test("ends today at the right, 1 on top", () => {
    expect(trendPath([point(1, 0), point(2, 0.5), point(3, 1)], "overall", size)).toBe("M0 10L10 5L20 0");
  });

  test("has a gap where a day is missing, and nothing from before its days", () => {
    expect(trendPath([point(0, 1), point(1, 1), point(3, 1)], "overall", size)).toBe("M0 0M20 0");
    expect(hasLine([point(1, 1), point(3, 1)])).toBe(false);
    expect(hasLine([point(1, 1), point(2, 1)])).toBe(true);
    expect(trendPath([], "overall", size)).toBe("");
  });
});
