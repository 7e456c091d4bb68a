import { expect, test } from "vitest";
import { connectingPath, pathAtTime, pathDisconnected, pathLost, pathWakesAtMs } from "./media-path.ts";

test("only a path that was up can go down", () => {
  expect(pathDisconnected({ is: "none" }, 5)).toEqual({ is: "none" });
  expect(pathDisconnected(connectingPath(0), 5)).toEqual(connectingPath(0));
  expect(pathDisconnected({ is: "up", sinceMs: 1 }, 5)).toMatchObject({ is: "down", sinceMs: 5 });
});

test("a path wakes no earlier than it has something to say, and says it then", () => {
  for (const path of [connectingPath(100), pathDisconnected({ is: "up", sinceMs: 1 }, 100), pathLost(100)]) {
    const wakesMs = pathWakesAtMs(path);
    expect(pathAtTime(path, wakesMs - 1).act).toBeUndefined();
    expect(pathAtTime(path, wakesMs).act).toBeDefined();
  }
});

test("a path that is up, or was never asked for, sleeps", () => {
  expect(pathWakesAtMs({ is: "up", sinceMs: 1 })).toBe(Infinity);
  expect(pathWakesAtMs({ is: "none" })).toBe(Infinity);
});
