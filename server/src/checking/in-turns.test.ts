import { afterEach, expect, test, vi } from "vitest";
import { inTurns } from "./in-turns.ts";

afterEach(() => void vi.restoreAllMocks());

test("long pieces are done in order, with a turn for everybody else after each; short ones after one another", async () => {
  const others = async (pieceMs: number) => {
    let nowMs = 0;
    let turns = 0;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    const work = async (piece: number) => {
      nowMs += pieceMs;
      setImmediate(() => (turns += 1));
      return piece * 2;
    };
    expect(await inTurns([1, 2, 3, 4], work)).toEqual([2, 4, 6, 8]);
    return turns;
  };
  expect(await others(10)).toBe(4);
  expect(await others(3)).toBe(4);
  expect(await others(2)).toBe(0);
});
