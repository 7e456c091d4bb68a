import { expect, test } from "vitest";
import { en } from "../texts/en.ts";
import { zh } from "../texts/zh.ts";
import type { Queue } from "../stream/queue-place.ts";
import { makeTabTitle } from "./tab-title.ts";

const loading = (queue: Queue | undefined) => ({ scene: "loading", stage: "queued", steps: [], queue }) as const;

test("a hidden tab says its place in line, and that others go first where they do", () => {
  expect(makeTabTitle(loading({ position: 2, hiddenFrom: 2 }), "Night Train", en)).toBe("2 in line · Night Train");
  const behind = loading({ position: 6, hiddenFrom: 2, othersFirst: true });
  expect(makeTabTitle(behind, undefined, en)).toBe("6 in line · others go first while hidden · Nearframe");
  expect(makeTabTitle(behind, "夜行列车", zh)).toBe("排在第 6 位 · 隐藏期间他人优先 · 夜行列车");
});

test("a tab that is seen, and one that waits in no line, has the page's own title", () => {
  expect(makeTabTitle(loading({ position: 2, othersFirst: true }), "Night Train", en)).toBeUndefined();
  expect(makeTabTitle(loading(undefined), "Night Train", en)).toBeUndefined();
  expect(makeTabTitle({ scene: "over", outcome: { kind: "ended", reason: "player-left" } }, "Night Train", en)).toBeUndefined();
});
