import { expect, test } from "vitest";
import { chooseOutdated, chooseStrategy } from "./choose-strategy.ts";

const HERE = "https://play.example";

test.each([
  ["GET", "navigate", `${HERE}/`, "page"],
  ["GET", "navigate", `${HERE}/play/freedoom`, "page"],
  ["GET", "no-cors", `${HERE}/assets/index-1a2b.js`, "keep"],
  ["GET", "no-cors", `${HERE}/art/freedoom-cover-77.webp`, "keep"],
  ["GET", "cors", `${HERE}/api/titles`, "leave"],
  ["POST", "cors", `${HERE}/assets/x`, "leave"],
  ["GET", "no-cors", "https://elsewhere.example/assets/x.js", "leave"],
  ["GET", "no-cors", `${HERE}/manifest.webmanifest`, "leave"],
])("%s %s %s: %s", (method, mode, url, strategy) => {
  expect(chooseStrategy({ method, mode, url }, HERE)).toBe(strategy);
});

test("the oldest of too many are let go", () => {
  expect(chooseOutdated(["a", "b", "c"], 2)).toEqual(["a"]);
  expect(chooseOutdated(["a", "b"], 2)).toEqual([]);
});
