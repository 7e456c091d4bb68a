import { expect, test } from "vitest";
import { showsToken } from "./node-token.ts";

const token = "correct-horse-battery";

test.each([
  ["the token", `Bearer ${token}`, true],
  ["no header", undefined, false],
  ["an empty header", "", false],
  ["the bare token", token, false],
  ["another token", "Bearer correct-horse-batterx", false],
  ["part of the token", "Bearer correct", false],
  ["another scheme", `Basic ${token}`, false],
  ["an endless token", `Bearer ${"x".repeat(10_000)}`, false],
])("%s", (_name, authorization, expected) => {
  expect(showsToken(authorization, token)).toBe(expected);
});
