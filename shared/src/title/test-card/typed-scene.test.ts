import { expect, test } from "vitest";
import { keysFor, nothingTyped, typeKey } from "./typed-scene.ts";

const press = (...keys: string[]) =>
  keys.reduce<[typeof nothingTyped, number | undefined]>(([typed], key) => typeKey(typed, key), [nothingTyped, undefined])[1];

test.each([1, 42, 65_535, 0])("scene %i is asked for by its keys", (scene) => {
  expect(press(...keysFor(scene))).toBe(scene);
});

test("other keys ask for nothing, and begin anew; Space does not", () => {
  expect(press("Digit1", "KeyA", "Enter")).toBeUndefined();
  expect(press("Enter")).toBeUndefined();
  expect(press("Digit1", "Space", "Digit2", "Enter")).toBe(12);
  expect(press("Digit9", ...keysFor(12_345))).toBe(12_345);
});
