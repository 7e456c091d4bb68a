import { describe, expect, test } from "vitest";
import { keysymOf, piecesOf, SpareKeys } from "./spare-keys.ts";

test.each([
  ["a", 0x61], ["A", 0x41], ["é", 0xe9], ["€", 0x0100_20ac], ["你", 0x0100_4f60], ["\u{1f600}", 0x0101_f600],
  ["\n", 0xff0d], ["\t", 0xff09], ["\b", 0xff08],
])("%j is keysym %i", (character, keysym) => {
  expect(keysymOf(character)).toBe(keysym);
});

describe("spare keys", () => {
  test("a character is typed by the key that it was lent before", () => {
    const keys = new SpareKeys([200, 201, 202]);
    expect(keys.type(["a", "b", "a"])).toEqual({ keycodes: [200, 201, 200], lent: new Map([[200, 0x61], [201, 0x62]]) });
    expect(keys.type(["b"])).toEqual({ keycodes: [201], lent: new Map() });
  });

  test("the key used longest ago is lent again first", () => {
    const keys = new SpareKeys([200, 201, 202]);
    keys.type(["a", "b", "c", "a"]);
    expect(keys.type(["d"])).toEqual({ keycodes: [201], lent: new Map([[201, 0x64]]) });
  });

  test("a keyboard without spare keys says so", () => {
    expect(() => new SpareKeys([]).type(["a"])).toThrow("no spare keycode");
  });
});

test("a text is cut where it has too many different characters", () => {
  expect(piecesOf("abacabc", 2)).toEqual([["a", "b", "a"], ["c", "a"], ["b", "c"]]);
  expect(piecesOf("", 2)).toEqual([]);
});
