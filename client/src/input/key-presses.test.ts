import { CODES } from "@nearframe/shared/input/codes";
import { expect, test } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createKeyPresses, PRESS_MS } from "./key-presses.ts";

function rig() {
  const timers = createFakeTimers();
  const said: string[] = [];
  const names = new Map(Object.entries(CODES).map(([code, key]) => [key, code]));
  const { press } = createKeyPresses(timers, (event) => {
    if (event.kind === "key") said.push(`${names.get(event.key) ?? "?"} ${event.down ? "down" : "up"}`);
  });
  return { press, timers, said };
}

test("keys are held together, and let go of the other way round", () => {
  const { press, timers, said } = rig();
  press(["AltLeft", "F4"]);
  timers.pass(PRESS_MS);
  expect(said).toEqual(["AltLeft down", "F4 down", "F4 up", "AltLeft up"]);
  expect(timers.pending).toBe(0);
});

// The second of two line ends, and every other repeat of a held Backspace, were lost: the key was down already.
test("a key pressed again before it was let go of is a press of its own, as long as the first", () => {
  const { press, timers, said } = rig();
  press(["Enter"]);
  timers.pass(PRESS_MS - 10);
  press(["Enter"]);
  timers.pass(PRESS_MS - 10);
  expect(said).toEqual(["Enter down", "Enter up", "Enter down"]);
  timers.pass(10);
  expect(said.slice(3)).toEqual(["Enter up"]);
  expect(timers.pending).toBe(0);
});
