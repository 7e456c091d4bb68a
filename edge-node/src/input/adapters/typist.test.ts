import { describe, expect, test } from "vitest";
import { keysymOf, ownKeysOf, READ_WITHIN_MS, Typist } from "./typist.ts";

const OWN = ownKeysOf([[38, [0x61, 0x41]], [39, [0x73, 0x53]], [36, [0xff0d, 0]]]);
const plain = (keycode: number) => ({ keycode, shift: false });

test.each([
  ["a", 0x61], ["A", 0x41], ["é", 0xe9], ["€", 0x0100_20ac], ["你", 0x0100_4f60], ["\u{1f600}", 0x0101_f600],
  ["\n", 0xff0d], ["\t", 0xff09], ["\b", 0xff08],
])("%j is keysym %i", (character, keysym) => {
  expect(keysymOf(character)).toBe(keysym);
});

describe("a typist", () => {
  test("uses the keyboard's own keys, with Shift where it takes one", () => {
    const typist = new Typist(OWN, [200]);
    expect(typist.type(["S", "a", "\n"], 0)).toEqual({
      strokes: [{ keycode: 39, shift: true }, plain(38), plain(36)], lent: new Map(), waitMs: 0,
    });
  });

  test("lends a key once for as long as it is not needed for another character", () => {
    const typist = new Typist(OWN, [200, 201, 202]);
    expect(typist.type(["é", "ł", "é"], 0)).toEqual({
      strokes: [plain(200), plain(201), plain(200)], lent: new Map([[200, 0xe9], [201, 0x0100_0142]]), waitMs: 0,
    });
    expect(typist.type(["ł"], 5)).toEqual({ strokes: [plain(201)], lent: new Map(), waitMs: 0 });
  });

  test("lends the key used longest ago, and not too soon", () => {
    const typist = new Typist(OWN, [200, 201, 202]);
    typist.type(["é", "ł", "€", "é"], 1000);
    expect(typist.type(["ü"], 1100)).toEqual({ strokes: [plain(201)], lent: new Map([[201, 0xfc]]), waitMs: READ_WITHIN_MS - 100 });
    expect(typist.type(["ö"], 1000 + READ_WITHIN_MS)).toMatchObject({ strokes: [plain(202)], waitMs: 0 });
  });

  test("without keys to lend it says which character it can't type", () => {
    expect(() => new Typist(OWN, []).type(["é"], 0)).toThrow('"é"');
  });

  test("cuts a text where it would have to lend one key twice", () => {
    const typist = new Typist(OWN, [200, 201]);
    expect(typist.piecesOf("éaüsé€é")).toEqual([["é", "a", "ü", "s", "é"], ["€", "é"]]);
    expect(typist.piecesOf("assa")).toEqual([["a", "s", "s", "a"]]);
    expect(typist.piecesOf("")).toEqual([]);
  });
});
