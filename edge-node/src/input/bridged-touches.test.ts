import { expect, test } from "vitest";
import { bridgeTouches, type Fingers } from "./bridged-touches.ts";
import type { InputAction } from "./ports.ts";

const touch = (id: number, phase: "down" | "move" | "up" | "cancel", x = 0.5): InputAction => ({ kind: "touch", id, phase, x, y: 0.5, pressure: phase === "up" || phase === "cancel" ? 0 : 1 });

test("the title hears of each change with all fingers, and the display of the rest", async () => {
  const told: Fingers[] = [];
  const applied: InputAction[] = [];
  const display = { lacks: { touch: "no touch screen", pad: "no pads" }, apply: async (actions: readonly InputAction[]) => void applied.push(...actions) };
  const sink = bridgeTouches(display, (fingers) => told.push(fingers));
  expect(sink.lacks).toEqual({ pad: "no pads" });

  const key: InputAction = { kind: "key", code: 57, down: true };
  await sink.apply([touch(0, "down", 0.1), key, touch(1, "down", 0.9)]);
  await sink.apply([touch(0, "move", 0.2)]);
  await sink.apply([touch(0, "up"), touch(1, "cancel")]);
  expect(applied).toEqual([key]);
  expect(told.map(({ fingers, cancelled }) => [fingers.map(({ id, x }) => `${id} at ${x}`).join(", "), cancelled])).toEqual([
    ["0 at 0.1", false], ["0 at 0.1, 1 at 0.9", false], ["0 at 0.2, 1 at 0.9", false], ["1 at 0.9", false], ["", true],
  ]);
});
