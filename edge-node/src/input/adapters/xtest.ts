// Keys, pointer and text into an X display, through its XTEST extension.
//
// The server repeats a held key by itself, as it would for a real keyboard: menus
// and text fields expect it, and games are used to it. A repeat ends with the
// key's release, and every release is sent, at the latest when the sink closes.

import { setTimeout } from "node:timers/promises";
import { keyCode, keyNumber } from "@nearframe/shared/input/codes";
import type { Scope } from "@nearframe/shared/lifetime";
import type { XClient, XDisplay, XTestExtension } from "x11";
import type { Display } from "../../session/ports.ts";
import { connectX11 } from "../../x11/connect.ts";
import type { InputAction, InputSink } from "../ports.ts";
import { ownKeysOf, Typist } from "./typist.ts";

/** X keycodes are the kernel's key numbers, moved by 8 (rules "evdev"). */
const KEYCODE_OFFSET = 8;
/** `MouseEvent.button`: left, middle, right, back, forward. X keeps 4 to 7 for the wheel. */
const X_BUTTONS = [1, 2, 3, 8, 9] as const;
const WHEEL = { up: 4, down: 5, left: 6, right: 7 } as const;
/**
 * When so many messages wait, the server has long stopped listening, or a text is far too long. A mouse alone sends as
 * many while a long text is typed, so only its motion is refused from there on: what is let go of has to come through.
 */
const APPLYING_MAX = 512;
const MOTION_MAX = 0x7fff;
/**
 * A release and a press of one key at the same moment is how X tells of a key that repeats, and SDL, for one, takes
 * anything closer than 2 ms for that. A tap that a lost packet held up comes in just that way.
 */
const TAP_APART_MS = 4;
/** A program that is told of a new key map asks for it, and knows it some time later. */
const LEARN_MS = 60;
const keycodeOf = (code: string): number => (keyNumber(code) ?? 0) + KEYCODE_OFFSET;
const SHIFT = keycodeOf("ShiftLeft");
const MODIFIERS = new Set(
  ["ShiftLeft", "ShiftRight", "ControlLeft", "ControlRight", "AltLeft", "AltRight", "MetaLeft", "MetaRight"].map(keycodeOf),
);
const NO_PAD = "an X display takes no pads";
const NO_TOUCH = "an X server in memory has no touch screen";

export async function openXtestSink(display: Display, scope: Scope): Promise<InputSink> {
  let sink: XtestSink | undefined;
  const { display: xDisplay, closed } = await connectX11(display, scope, (error) => sink?.fail(error));
  const xtest = await requireXtest(xDisplay.client);
  sink = new XtestSink(xDisplay, xtest, display, await createTypist(xDisplay), scope.signal);
  const opened = sink;
  void closed.then(() => opened.lose());
  return scope.own(opened, () => opened.release());
}

class XtestSink implements InputSink {
  readonly lacks = { pad: NO_PAD, touch: NO_TOUCH } as const;
  readonly #x: XClient;
  readonly #xtest: XTestExtension;
  readonly #size: { width: number; height: number };
  readonly #typist: Typist;
  readonly #root: number;
  readonly #signal: AbortSignal;
  readonly #keysDown = new Set<number>();
  readonly #buttonsDown = new Set<number>();
  /** When each key last came up, by our clock. */
  readonly #releasedAtMs = new Map<number, number>();
  /** Who waits for the server, to be told if it goes away. */
  readonly #waiting = new Set<(error: Error) => void>();
  /** Less than a pixel, or less than a notch, that is still to come. */
  readonly #rest: Record<"dx" | "dy" | "wheelX" | "wheelY", number> = { dx: 0, dy: 0, wheelX: 0, wheelY: 0 };
  /** Set while text is being typed: what comes meanwhile follows it. */
  #typing: Promise<void> | undefined;
  #applying = 0;
  #failure: Error | undefined;
  #lost = false;

  constructor(xDisplay: XDisplay, xtest: XTestExtension, display: Display, typist: Typist, signal: AbortSignal) {
    this.#x = xDisplay.client;
    this.#xtest = xtest;
    this.#size = display.size;
    this.#typist = typist;
    this.#signal = signal;
    this.#root = xDisplay.screen[0]?.root ?? 0;
  }

  async apply(asked: readonly InputAction[]): Promise<void> {
    if (this.#lost) throw new Error("the display is gone");
    const actions = this.#applying < APPLYING_MAX ? asked : asked.filter((action) => !isMotion(action));
    if (actions.length === 0 || this.#applying >= 2 * APPLYING_MAX) throw new Error("the display takes no more input");
    this.#applying += 1;
    try {
      // What can go out at once does so before this function first waits.
      let left = actions;
      while (left.length > 0 || this.#typing) {
        if (this.#typing) await this.#typing;
        else left = this.#applyUntilText(left);
      }
      await this.#answered();
    } finally {
      this.#applying -= 1;
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure;
  }

  /** Lets go of all that is held. In a display that is gone nothing is. */
  async release(): Promise<void> {
    if (this.#lost) return;
    for (const keycode of this.#keysDown) this.#fake(this.#xtest.KeyRelease, keycode);
    for (const button of this.#buttonsDown) this.#fake(this.#xtest.ButtonRelease, button);
    this.#keysDown.clear();
    this.#buttonsDown.clear();
    await this.#answered();
  }

  /** The server refused something; whoever waits for an answer now hears of it. */
  fail(error: Error): void {
    this.#failure = error;
  }

  lose(): void {
    this.#lost = true;
    for (const reject of this.#waiting) reject(new Error("the display is gone"));
    this.#waiting.clear();
  }

  /** Resolves when the server has taken all that was sent. */
  #answered(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.add(reject);
      this.#x.sync((error) => {
        this.#waiting.delete(reject);
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Applies actions in order up to the first text, which it starts to type; gives what is left. */
  #applyUntilText(actions: readonly InputAction[]): readonly InputAction[] {
    for (const [index, action] of actions.entries()) {
      if (action.kind !== "text") {
        this.#applyNow(action);
        continue;
      }
      this.#typing = this.#type(action.text).finally(() => (this.#typing = undefined));
      return actions.slice(index + 1);
    }
    return [];
  }

  #applyNow(action: Exclude<InputAction, { kind: "text" }>): void {
    const { width, height } = this.#size;
    switch (action.kind) {
      case "key":
        return this.#key(action.code + KEYCODE_OFFSET, action.down);
      case "button": {
        const button = X_BUTTONS[action.button];
        if (button === undefined) throw new RangeError(`there is no pointer button ${action.button}`);
        return this.#hold(this.#buttonsDown, button, action.down, this.#xtest.ButtonPress, this.#xtest.ButtonRelease);
      }
      case "move-to":
        return this.#move(ABSOLUTE, Math.round(action.x * (width - 1)), Math.round(action.y * (height - 1)));
      case "move-by": {
        const dx = this.#take("dx", action.dx);
        const dy = this.#take("dy", action.dy);
        return dx === 0 && dy === 0 ? undefined : this.#move(RELATIVE, dx, dy);
      }
      case "wheel":
        this.#click(WHEEL.left, WHEEL.right, this.#take("wheelX", action.dx));
        return this.#click(WHEEL.up, WHEEL.down, this.#take("wheelY", action.dy));
      case "pad":
        throw new Error(NO_PAD);
      case "touch":
        throw new Error(NO_TOUCH);
    }
  }

  /** Types as if no key were held: a text is the same whatever the player's other hand does. */
  async #type(text: string): Promise<void> {
    const lifted = [...this.#keysDown].filter((keycode) => MODIFIERS.has(keycode));
    for (const keycode of lifted) this.#fake(this.#xtest.KeyRelease, keycode);
    for (const piece of this.#typist.piecesOf(text)) {
      const { strokes, lent, waitMs } = this.#typist.type(piece, performance.now());
      if (waitMs > 0) await setTimeout(waitMs, undefined, { signal: this.#signal });
      for (const [keycode, keysym] of lent) this.#x.ChangeKeyboardMapping(keycode, 2, [keysym, keysym]);
      if (lent.size > 0) await setTimeout(LEARN_MS, undefined, { signal: this.#signal });
      for (const { keycode, shift } of strokes) {
        if (shift) this.#fake(this.#xtest.KeyPress, SHIFT);
        this.#fake(this.#xtest.KeyPress, keycode);
        this.#fake(this.#xtest.KeyRelease, keycode);
        if (shift) this.#fake(this.#xtest.KeyRelease, SHIFT);
      }
      await this.#answered();
    }
    for (const keycode of lifted) this.#fake(this.#xtest.KeyPress, keycode);
  }

  /** The server itself waits before such a press, so what follows it stays behind it. */
  #key(keycode: number, down: boolean): void {
    const nowMs = performance.now();
    if (!down) this.#releasedAtMs.set(keycode, nowMs);
    const apartMs = down ? nowMs - (this.#releasedAtMs.get(keycode) ?? -Infinity) : Infinity;
    const delayMs = apartMs < TAP_APART_MS ? TAP_APART_MS : 0;
    this.#hold(this.#keysDown, keycode, down, this.#xtest.KeyPress, this.#xtest.KeyRelease, delayMs);
  }

  #hold(held: Set<number>, detail: number, down: boolean, press: number, release: number, delayMs = 0): void {
    if (down) held.add(detail);
    else held.delete(detail);
    this.#fake(down ? press : release, detail, delayMs);
  }

  #click(back: number, forth: number, notches: number): void {
    for (let notch = 0; notch < Math.abs(notches); notch += 1) {
      this.#fake(this.#xtest.ButtonPress, notches < 0 ? back : forth);
      this.#fake(this.#xtest.ButtonRelease, notches < 0 ? back : forth);
    }
  }

  /** The whole steps of `amount` and of what was left before; the rest waits. */
  #take(part: "dx" | "dy" | "wheelX" | "wheelY", amount: number): number {
    const sum = this.#rest[part] + amount;
    const whole = Math.trunc(sum);
    this.#rest[part] = sum - whole;
    return whole;
  }

  #move(relative: number, x: number, y: number): void {
    const clamp = (value: number) => Math.max(-MOTION_MAX, Math.min(MOTION_MAX, value));
    this.#xtest.FakeInput(this.#xtest.MotionNotify, relative, 0, relative === ABSOLUTE ? this.#root : 0, clamp(x), clamp(y));
  }

  #fake(type: number, detail: number, delayMs = 0): void {
    this.#xtest.FakeInput(type, detail, delayMs, 0, 0, 0);
  }
}

const isMotion = ({ kind }: InputAction) => kind === "move-to" || kind === "move-by";
const ABSOLUTE = 0;
const RELATIVE = 1;

async function requireXtest(client: XClient): Promise<XTestExtension> {
  const { promise, resolve, reject } = Promise.withResolvers<XTestExtension>();
  client.require("xtest", (error, extension) => (error ? reject(error) : resolve(extension)));
  return await promise;
}

/**
 * Lends keycodes that make nothing and are no key of `shared/input/codes`. Those of media
 * and browser keys are left alone: programs act on them whatever character they make.
 */
async function createTypist({ client, min_keycode, max_keycode }: XDisplay): Promise<Typist> {
  const { promise, resolve, reject } = Promise.withResolvers<number[][]>();
  client.GetKeyboardMapping(min_keycode, max_keycode - min_keycode + 1, (error, rows) => (error ? reject(error) : resolve(rows)));
  const rows = (await promise).map((keysyms, index) => [min_keycode + index, keysyms] as const);
  const isReal = (keycode: number) => keyCode(keycode - KEYCODE_OFFSET) !== undefined;
  const spare = rows.filter(([keycode, keysyms]) => !isReal(keycode) && keysyms.every((keysym) => keysym === 0));
  // The kernel's key 0 is "reserved", and some programs never look it up again.
  return new Typist(
    ownKeysOf(rows.filter(([keycode]) => isReal(keycode))),
    spare.map(([keycode]) => keycode).filter((keycode) => keycode > KEYCODE_OFFSET),
  );
}
