import { expect, test } from "vitest";
import { REOPEN_INTERVAL_MS, chooseReplacement } from "./replacement.ts";

test("the next encoder takes over, as long as there is one", () => {
  expect(chooseReplacement({ index: 0, reopenedAtMs: undefined }, 3, 50)).toEqual({ index: 1, reopenedAtMs: undefined });
  expect(chooseReplacement({ index: 1, reopenedAtMs: undefined }, 3, 50)).toEqual({ index: 2, reopenedAtMs: undefined });
});

test("the last one is opened again, once in a while and not in a row", () => {
  const again = chooseReplacement({ index: 0, reopenedAtMs: undefined }, 1, 1000);
  expect(again).toEqual({ index: 0, reopenedAtMs: 1000 });
  if (!again) return;
  expect(chooseReplacement(again, 1, 1000 + REOPEN_INTERVAL_MS - 1)).toBeUndefined();
  expect(chooseReplacement(again, 1, 1000 + REOPEN_INTERVAL_MS)).toEqual({ index: 0, reopenedAtMs: 1000 + REOPEN_INTERVAL_MS });
});
