import { expect, test } from "vitest";
import { textRectangles, textWidth } from "./glyphs.ts";

test("dots that touch in a row become one rectangle", () => {
  expect(textRectangles("-", 10, 20, 2)).toEqual([10, 26, 10, 2]);
});

test("the second letter stands one advance to the right", () => {
  expect(textRectangles("--", 0, 0, 1)).toEqual([0, 3, 5, 1, 6, 3, 5, 1]);
  expect(textWidth("--", 1)).toBe(11);
});

test("a letter that the font lacks leaves a gap", () => {
  expect(textRectangles("\u{1f600}-", 0, 0, 1)).toEqual([6, 3, 5, 1]);
});
