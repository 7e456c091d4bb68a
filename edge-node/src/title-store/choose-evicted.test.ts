import { expect, test } from "vitest";
import { chooseEvicted, type StoredVersion } from "./choose-evicted.ts";

const version = (titleId: string, usedAtMs: number, change: Partial<StoredVersion> = {}): StoredVersion => ({
  titleId, digest: titleId, bytes: 10, usedAtMs, pinned: false, ...change,
});
const VERSIONS = [version("often", 300), version("once", 100), version("played", 1, { pinned: true }), version("now and then", 200)];

test.each([
  ["while there is room nothing goes", 10, 50, []],
  ["what was used longest ago goes first", 10, 40, ["once"]],
  ["as much as is needed", 20, 40, ["once", "now and then"]],
  ["what is played stays, however long ago it was begun", 30, 40, ["once", "now and then", "often"]],
  ["what does not fit even then is told", 31, 40, undefined],
])("%s", (_name, needed, budget, gone) => {
  expect(chooseEvicted(VERSIONS, needed, budget)?.map(({ titleId }) => titleId)).toEqual(gone);
});
