import { describe, expect, test } from "vitest";
import { fitInside, isInside, shareOf, titlePixels } from "./fit.ts";
import { wheelUnits } from "./wheel.ts";

const box = { left: 10, top: 20, width: 1000, height: 1000 };
const wide = { width: 1280, height: 720 };

describe("the picture in its box", () => {
  test("keeps its shape and stays in the middle", () => {
    expect(fitInside(box, wide)).toEqual({ left: 10, top: 20 + (1000 - 562.5) / 2, width: 1000, height: 562.5 });
    expect(fitInside({ ...box, width: 360, height: 640 }, { width: 360, height: 640 })).toEqual({ left: 10, top: 20, width: 360, height: 640 });
  });

  test("without a size fills the box", () => {
    expect(fitInside(box, { width: 0, height: 0 })).toBe(box);
  });

  test.each([
    [10, 20 + 218.75, 0, 0],
    [1010, 20 + 218.75 + 562.5, 1, 1],
    [510, 520, 0.5, 0.5],
    [510, 0, 0.5, 0],
    [-50, 5_000, 0, 1],
  ])("a place at %d, %d is %d, %d of the title; beside it, its nearest edge", (x, y, shareX, shareY) => {
    const share = shareOf(fitInside(box, wide), x, y);
    expect(share.x).toBeCloseTo(shareX);
    expect(share.y).toBeCloseTo(shareY);
  });

  test("knows what is beside it", () => {
    const fitted = fitInside(box, wide);
    expect(isInside(fitted, 510, 520)).toBe(true);
    expect(isInside(fitted, 510, 30)).toBe(false);
  });

  test("tells how many of the title's pixels one of the page's is", () => {
    expect(titlePixels(fitInside(box, wide), wide)).toBeCloseTo(1.28);
    expect(titlePixels({ ...box, width: 0 }, wide)).toBe(1);
  });
});

test.each([
  ["a notch in pixels", 0, 100, 120],
  ["a notch in lines", 1, 3, 120],
  ["a page", 2, -1, -120],
  ["a finger's width on a touchpad", 0, 2.5, 3],
])("the wheel: %s", (_, mode, delta, units) => {
  expect(wheelUnits(mode, delta)).toBeCloseTo(units);
});
