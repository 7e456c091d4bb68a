import { expect, test } from "vitest";
import { RESTARTS_MAX, WINDOW_MS, countFailure, moveToEnd, type Failures } from "./pipeline-restarts.ts";

test("a pipeline that fails now and then is always started again", () => {
  let failures: Failures = [];
  for (let count = 0; count < 100; count++) {
    const counted = countFailure(failures, (count * WINDOW_MS) / RESTARTS_MAX);
    expect(counted.mayRestart).toBe(true);
    failures = counted.failures;
    expect(failures.length).toBeLessThanOrEqual(RESTARTS_MAX);
  }
});

test("one that fails all the time is not", () => {
  let failures: Failures = [];
  const allowed = Array.from({ length: RESTARTS_MAX + 1 }, (_, second) => {
    const counted = countFailure(failures, second * 1000);
    failures = counted.failures;
    return counted.mayRestart;
  });
  expect(allowed).toEqual([...Array<boolean>(RESTARTS_MAX).fill(true), false]);
});

test("an encoder under which it failed comes last", () => {
  expect(moveToEnd(["nvenc", "vaapi", "x264"], "nvenc")).toEqual(["vaapi", "x264", "nvenc"]);
  expect(moveToEnd(["x264"], "x264")).toEqual(["x264"]);
  expect(moveToEnd(["nvenc", "x264"], "another")).toEqual(["nvenc", "x264"]);
});
