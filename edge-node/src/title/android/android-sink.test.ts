import { AndroidKeyCode, AndroidMotionEventAction } from "@yume-chan/scrcpy";
import { expect, test } from "vitest";
import { CODES } from "@nearframe/shared/input/codes";
import { Scope } from "@nearframe/shared/lifetime";
import type { InputAction } from "../../input/ports.ts";
import { createAndroidSink, type AndroidSinkOptions } from "./android-sink.ts";

const { Down, Move, Up } = AndroidMotionEventAction;

function rig(scope: Scope, kiosk = false) {
  const touched: unknown[] = [];
  const pressed: AndroidKeyCode[] = [];
  const controller: AndroidSinkOptions["controller"] = {
    injectTouch: async ({ action, pointerId, pointerX, pointerY, pressure }) => void touched.push([action, pointerId, pointerX, pointerY, pressure]),
    injectKeyCode: async ({ keyCode, action }) => void (action === 0 && pressed.push(keyCode)),
    injectText: async () => undefined,
    injectScroll: async () => undefined,
    setClipboard: async () => undefined,
    rotateDevice: async () => undefined,
  };
  const sink = createAndroidSink({ controller, screen: () => ({ width: 100, height: 200 }), kiosk }, scope);
  const press = (...codes: string[]) =>
    sink.apply(codes.flatMap((code): InputAction[] => [true, false].map((down) => ({ kind: "key", code: CODES[code] ?? 0, down }))));
  return { sink, touched, pressed, press };
}

test("two fingers are two pointers, each with its place and pressure, and those that are held come up at the end", async () => {
  const scope = new Scope();
  const { sink, touched } = rig(scope);
  await sink.apply([
    { kind: "touch", id: 0, phase: "down", x: 0.1, y: 0.5, pressure: 0.3 },
    { kind: "touch", id: 3, phase: "down", x: 0.9, y: 0.5, pressure: 0.8 },
    { kind: "touch", id: 0, phase: "move", x: 0.2, y: 0.5, pressure: 0.4 },
    { kind: "touch", id: 0, phase: "cancel", x: 0.2, y: 0.5, pressure: 0 },
  ]);
  await scope.close();
  expect(touched).toEqual([[Down, 0n, 10, 100, 0.3], [Down, 3n, 90, 100, 0.8], [Move, 0n, 20, 100, 0.4], [Up, 0n, 20, 100, 0], [Up, 3n, 90, 100, 0]]);
});

test("back, home, recent apps, power and volume are the device's own keys", async () => {
  await using scope = new Scope();
  const { press, pressed } = rig(scope);
  await press("BrowserBack", "BrowserHome", "SelectTask", "Power", "AudioVolumeDown", "AudioVolumeUp");
  expect(pressed).toEqual([
    AndroidKeyCode.AndroidBack, AndroidKeyCode.AndroidHome, AndroidKeyCode.AndroidAppSwitch, AndroidKeyCode.Power, AndroidKeyCode.VolumeDown, AndroidKeyCode.VolumeUp,
  ]);
});

test("from a kiosk nothing leads out, by key or by button", async () => {
  await using scope = new Scope();
  const { sink, press, pressed } = rig(scope, true);
  await press("BrowserHome", "SelectTask", "Power", "MetaLeft", "BrowserBack");
  await sink.apply([{ kind: "button", button: 1, down: true }]);
  expect(pressed).toEqual([AndroidKeyCode.AndroidBack]);
});
