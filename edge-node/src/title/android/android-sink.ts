// A player's input, for Android: fingers as they are, the pointer as a finger of its own,
// text and keys.

import { AndroidKeyCode, AndroidKeyEventAction, AndroidMotionEventAction, AndroidMotionEventButton, ScrcpyPointerId, type ScrcpyControlMessageWriter } from "@yume-chan/scrcpy";
import { keyCode } from "@nearframe/shared/input/codes";
import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { InputAction, InputSink } from "../../input/ports.ts";
import { androidKey, leadsOut, metaState } from "./keys.ts";

export type AndroidSinkOptions = {
  controller: Pick<ScrcpyControlMessageWriter, "injectKeyCode" | "injectText" | "injectTouch" | "injectScroll" | "setClipboard" | "rotateDevice">;
  /** The device's screen as it is held now. */
  screen(): TitleSize;
  /** Keys that lead out of the app do nothing. */
  kiosk: boolean;
};

/** When so many actions wait, the device has long stopped listening. */
const APPLYING_MAX = 512;
/** scrcpy's limit for text that is typed. */
const TYPED_BYTES_MAX = 300;
const TYPED = /^[\x20-\x7e]*$/;
const LEFT = 0;
const MIDDLE = 1;
const RIGHT = 2;
const BUTTON_KEYS: Readonly<Record<number, AndroidKeyCode>> = { [MIDDLE]: AndroidKeyCode.AndroidHome, [RIGHT]: AndroidKeyCode.AndroidBack };

type TouchPhase = Extract<InputAction, { kind: "touch" }>["phase"];
// An ACTION_CANCEL of one finger would end the gestures of all: one that is taken away comes up.
const ACTIONS: Readonly<Record<TouchPhase, AndroidMotionEventAction>> = {
  down: AndroidMotionEventAction.Down,
  move: AndroidMotionEventAction.Move,
  up: AndroidMotionEventAction.Up,
  cancel: AndroidMotionEventAction.Up,
};

export function createAndroidSink(options: AndroidSinkOptions, scope: Scope): InputSink {
  const { controller, kiosk, screen } = options;
  const keys = new Set<number>();
  const touches = new Map<bigint, { x: number; y: number }>();
  let pointer = { x: 0.5, y: 0.5 };
  let applying = 0;

  async function touch(id: bigint, phase: TouchPhase, { x, y }: { x: number; y: number }, pressure: number): Promise<void> {
    if (phase === "down" || phase === "move") touches.set(id, { x, y });
    else touches.delete(id);
    await controller.injectTouch({
      action: ACTIONS[phase],
      pointerId: id,
      ...place({ x, y }),
      pressure,
      actionButton: AndroidMotionEventButton.None,
      buttons: AndroidMotionEventButton.None,
    });
  }

  function place({ x, y }: { x: number; y: number }) {
    const { width, height } = screen();
    return {
      pointerX: Math.min(width - 1, Math.round(x * width)),
      pointerY: Math.min(height - 1, Math.round(y * height)),
      videoWidth: width,
      videoHeight: height,
    };
  }

  async function key(number: number, down: boolean): Promise<void> {
    if (kiosk && leadsOut(number)) return;
    if (keyCode(number) === "RotateDisplay") return down ? controller.rotateDevice() : undefined;
    const code = androidKey(number);
    if (code === undefined) return;
    if (down) keys.add(number);
    else keys.delete(number);
    await press(code, down);
  }

  async function press(keyCode: AndroidKeyCode, down: boolean): Promise<void> {
    const action = down ? AndroidKeyEventAction.Down : AndroidKeyEventAction.Up;
    await controller.injectKeyCode({ action, keyCode, repeat: 0, metaState: metaState(keys) });
  }

  async function button(number: number, down: boolean): Promise<void> {
    if (number === LEFT) return touch(ScrcpyPointerId.Finger, down ? "down" : "up", pointer, down ? 1 : 0);
    const code = BUTTON_KEYS[number];
    if (code === undefined || (kiosk && code === AndroidKeyCode.AndroidHome)) return;
    await press(code, down);
  }

  async function type(text: string): Promise<void> {
    // What no key of Android's keyboard writes is pasted, as scrcpy's own client does.
    if (!TYPED.test(text)) return controller.setClipboard({ sequence: 0n, content: text, paste: true });
    for (let at = 0; at < text.length; at += TYPED_BYTES_MAX) await controller.injectText(text.slice(at, at + TYPED_BYTES_MAX));
  }

  async function applyOne(action: InputAction): Promise<void> {
    switch (action.kind) {
      case "touch":
        return touch(BigInt(action.id), action.phase, action, action.pressure);
      case "move-to":
        pointer = { x: action.x, y: action.y };
        return touches.has(ScrcpyPointerId.Finger) ? touch(ScrcpyPointerId.Finger, "move", pointer, 1) : undefined;
      case "button":
        return button(action.button, action.down);
      case "wheel":
        // Android counts up and right.
        return controller.injectScroll({ ...place(pointer), scrollX: action.dx, scrollY: -action.dy, buttons: 0 });
      case "key":
        return key(action.code, action.down);
      case "text":
        return type(action.text);
      case "move-by":
      case "pad":
        return undefined;
    }
  }

  async function release(): Promise<void> {
    for (const held of [...keys]) await key(held, false);
    for (const [id, at] of [...touches]) await touch(id, "up", at, 0);
  }

  return scope.own(
    {
      lacks: { "move-by": "a screen that is touched has places, no motion", pad: "scrcpy's pads are not offered" },
      async apply(actions: readonly InputAction[]) {
        if (applying + actions.length > APPLYING_MAX) throw new Error("the device takes no input any more");
        applying += actions.length;
        try {
          // Written in this order: each call puts its bytes into the stream before it first waits.
          await Promise.all(actions.map(applyOne));
        } finally {
          applying -= actions.length;
        }
      },
    },
    () => release().catch(() => undefined),
  );
}
