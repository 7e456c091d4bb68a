import { expect, test } from "vitest";
import * as z from "zod/mini";
import { CODE_LENGTH, CODE_LETTERS, hasPad, receivesMedia, ShareCode, showCode, tidyCode } from "./roles.ts";

test("a code that was read aloud and typed is the code again", () => {
  expect(tidyCode("K7MP2-x3qd9 ")).toBe("k7mp2x3qd9");
  expect(tidyCode(showCode("k7mp2x3qd9"))).toBe("k7mp2x3qd9");
});

test("codes have no letters that look alike, and there are enough of them", () => {
  expect(/[ilo01]/.test(CODE_LETTERS)).toBe(false);
  expect(new Set(CODE_LETTERS).size).toBe(CODE_LETTERS.length);
  expect(CODE_LETTERS.length ** CODE_LENGTH).toBeGreaterThan(5e14);
  for (const wrong of ["k7mp2x3qd", "k7mp2x3qd99", "k7mp2x3qdl", "K7MP2X3QD9"]) expect(z.safeParse(ShareCode, wrong).success).toBe(false);
});

test("who watches has no pad, and a controller has no picture", () => {
  expect((["watch", "co-op", "controller"] as const).map((role) => [receivesMedia(role), hasPad(role)])).toEqual([[true, false], [true, true], [false, true]]);
});
