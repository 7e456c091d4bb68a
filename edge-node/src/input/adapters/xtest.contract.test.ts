import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { XEvent } from "x11";
import { Scope } from "@nearframe/shared/lifetime";
import { CODES } from "@nearframe/shared/input/codes";
import { openXvfb } from "../../display/adapters/xvfb.ts";
import type { Display } from "../../session/ports.ts";
import type { InputSink } from "../ports.ts";
import { createXWitness, type XWitness } from "../testing/x-witness.ts";
import { openXtestSink } from "./xtest.ts";

const SIZE = { width: 640, height: 360 };
const key = (code: string, down: boolean) => ({ kind: "key" as const, code: CODES[code] ?? 0, down });

let scope: Scope;
let display: Display;
let witness: XWitness;
let sink: InputSink;
let sinkScope: Scope;

beforeEach(async () => {
  scope = new Scope();
  display = await openXvfb(SIZE, scope);
  witness = await createXWitness(display, scope);
  sinkScope = scope.child();
  sink = await openXtestSink(display, sinkScope);
});
afterEach(() => scope.close());

describe("keys", () => {
  test("every key of the wire arrives as the kernel's number and 8", async () => {
    for (const number of Object.values(CODES)) {
      await sink.apply([{ kind: "key", code: number, down: true }, { kind: "key", code: number, down: false }]);
      expect(await witness.take(), `key ${number}`).toEqual([`key ${number + 8} down`, `key ${number + 8} up`]);
    }
  });

  // The keysyms of an American keyboard under the rules "evdev". Under the older
  // rules the arrows, for one, lie on other codes, and every game would lose them.
  test.each([
    ["KeyA", 0x61], ["Digit1", 0x31], ["Space", 0x20], ["Escape", 0xff1b], ["Enter", 0xff0d], ["ShiftLeft", 0xffe1],
    ["ControlRight", 0xffe4], ["AltLeft", 0xffe9], ["ArrowUp", 0xff52], ["ArrowDown", 0xff54], ["ArrowLeft", 0xff51],
    ["ArrowRight", 0xff53], ["Home", 0xff50], ["Delete", 0xffff], ["F12", 0xffc9], ["NumpadEnter", 0xff8d], ["Backquote", 0x60],
  ])("a program reads %s as keysym %i", async (code, keysym) => {
    expect(await witness.keysymOf((CODES[code] ?? 0) + 8)).toBe(keysym);
  });

  test("order is kept over messages that do not wait for each other", async () => {
    const words = ["KeyW", "KeyA", "KeyS", "KeyD"];
    await Promise.all(words.flatMap((code) => [sink.apply([key(code, true)]), sink.apply([key(code, false)])]));
    expect(await witness.take()).toEqual(words.flatMap((code) => {
      const keycode = (CODES[code] ?? 0) + 8;
      return [`key ${keycode} down`, `key ${keycode} up`];
    }));
  });

  // Seen once on a busy machine: a release and the next press of its key came in one packet, and the test card, as SDL
  // does, took the press for the key's repeat.
  test("a key that is tapped again at once is no key that repeats", async () => {
    const timesMs: number[] = [];
    witness.client.on("event", (event: XEvent) => {
      if (event.name.startsWith("Key")) timesMs.push(Number(event.time));
    });
    await sink.apply([key("KeyW", true), key("KeyW", false), key("KeyW", true), key("KeyA", true), key("KeyW", false)]);
    const [keyW, keyA] = [(CODES.KeyW ?? 0) + 8, (CODES.KeyA ?? 0) + 8];
    expect(await witness.take()).toEqual([`key ${keyW} down`, `key ${keyW} up`, `key ${keyW} down`, `key ${keyA} down`, `key ${keyW} up`]);
    expect((timesMs[2] ?? 0) - (timesMs[1] ?? 0)).toBeGreaterThan(2);
    expect(timesMs).toHaveLength(5);
  });
});

describe("the pointer", () => {
  test("shares of the screen reach its first and last pixels", async () => {
    await sink.apply([{ kind: "move-to", x: 1, y: 1 }]);
    expect(await witness.pointer()).toEqual({ x: 639, y: 359 });
    await sink.apply([{ kind: "move-to", x: 0, y: 0 }]);
    expect(await witness.pointer()).toEqual({ x: 0, y: 0 });
    await sink.apply([{ kind: "move-to", x: 0.5, y: 0.25 }]);
    expect(await witness.pointer()).toEqual({ x: 320, y: 90 });
  });

  test("motion is not accelerated, and less than a pixel is not lost", async () => {
    await sink.apply([{ kind: "move-to", x: 0, y: 0 }, { kind: "move-by", dx: 200, dy: 100 }]);
    expect(await witness.pointer()).toEqual({ x: 200, y: 100 });
    for (let step = 0; step < 10; step += 1) await sink.apply([{ kind: "move-by", dx: -0.5, dy: 0.25 }]);
    expect(await witness.pointer()).toEqual({ x: 195, y: 102 });
  });

  test.each([[0, 1], [1, 2], [2, 3], [3, 8], [4, 9]])("browser button %i is X button %i", async (button, xButton) => {
    await sink.apply([{ kind: "button", button, down: true }, { kind: "button", button, down: false }]);
    expect(await witness.take()).toEqual([`button ${xButton} down`, `button ${xButton} up`]);
  });

  test.each([
    [{ dx: 0, dy: 1 }, 5], [{ dx: 0, dy: -1 }, 4], [{ dx: 1, dy: 0 }, 7], [{ dx: -1, dy: 0 }, 6],
  ])("a wheel notch %j is a click of button %i", async (notch, xButton) => {
    await sink.apply([{ kind: "wheel", ...notch }]);
    expect(await witness.take()).toEqual([`button ${xButton} down`, `button ${xButton} up`]);
  });
});

describe("text", () => {
  /** What a program that translates keys as they come would read. */
  async function typed(): Promise<string> {
    const presses = (await witness.take()).filter((seen) => seen.endsWith("down"));
    const keycodes = presses.map((seen) => Number(seen.split(" ")[1])).filter((keycode) => keycode !== 50);
    const keysyms = await Promise.all(keycodes.map((keycode) => witness.keysymOf(keycode)));
    return String.fromCodePoint(...keysyms.map((keysym) => (keysym >= 0x0100_0000 ? keysym - 0x0100_0000 : keysym)));
  }

  test("characters that no key has arrive", async () => {
    await sink.apply([{ kind: "text", text: "zażółć 你好 €😀" }]);
    expect(await typed()).toBe("zażółć 你好 €😀");
  });

  test("what the keyboard has is typed with its own keys", async () => {
    await sink.apply([{ kind: "text", text: "Ah!" }]);
    expect(await witness.take()).toEqual([
      "key 50 down", "key 38 down", "key 38 up", "key 50 up",
      "key 43 down", "key 43 up",
      "key 50 down", "key 10 down", "key 10 up", "key 50 up",
    ]);
  });

  test("a key that comes after text waits for it", async () => {
    await Promise.all([sink.apply([{ kind: "text", text: "äö" }]), sink.apply([key("KeyA", true), key("KeyA", false)])]);
    const seen = await witness.take();
    expect(seen.slice(-2)).toEqual(["key 38 down", "key 38 up"]);
    expect(seen).toHaveLength(6);
  });

  // A mouse that moved while a long text was typed filled the queue, and a key whose release found no room stayed down.
  test("what is let go of while a long text is typed and the mouse moves comes through", async () => {
    await sink.apply([key("KeyW", true)]);
    const typing = sink.apply([{ kind: "text", text: "你好" }]);
    const moves = Array.from({ length: 1_000 }, (_, i) => sink.apply([{ kind: "move-to", x: (i % 100) / 100, y: 0.5 }]));
    const release = sink.apply([key("KeyW", false)]);
    const moved = await Promise.allSettled(moves);
    await Promise.all([typing, release]);
    expect(moved.some(({ status }) => status === "rejected")).toBe(true);
    expect(await witness.take()).toContain(`key ${(CODES["KeyW"] ?? 0) + 8} up`);
  });

  test("a modifier that is held takes no part in text, and is held again after it", async () => {
    await sink.apply([key("ControlLeft", true), { kind: "text", text: "a" }]);
    expect(await witness.take()).toEqual(["key 37 down", "key 37 up", "key 38 down", "key 38 up", "key 37 down"]);
  });

  test("a real key never loses its meaning to text", async () => {
    const meanings = () => Promise.all(Object.values(CODES).map((number) => witness.keysymOf(number + 8)));
    const before = await meanings();
    await sink.apply([{ kind: "text", text: [...Array(300).keys()].map((index) => String.fromCodePoint(0x4e00 + index)).join("") }]);
    expect(await meanings()).toEqual(before);
  });
});

describe("the end", () => {
  test("what is held is let go when the sink closes", async () => {
    await sink.apply([key("ShiftLeft", true), key("KeyW", true), { kind: "button", button: 2, down: true }]);
    await witness.take();
    await sinkScope.close();
    expect(await witness.take()).toEqual(expect.arrayContaining(["key 50 up", "key 25 up", "button 3 up"]));
  });

  test("a display that dies is reported, and closing still ends", async () => {
    const alone = new Scope();
    const displayScope = new Scope();
    const doomed = await openXvfb(SIZE, displayScope);
    const orphan = await openXtestSink(doomed, alone);
    await orphan.apply([key("KeyW", true)]);
    await displayScope.close();
    await expect(orphan.apply([key("KeyW", false)])).rejects.toThrow("the display is gone");
    await alone.close();
  });

  test("it says that it takes no pads, and refuses them", async () => {
    expect(sink.lacks.pad).toBeTruthy();
    await expect(sink.apply([{ kind: "pad", pad: 0, buttons: 1, axes: [0, 0, 0, 0], triggers: [0, 0] }])).rejects.toThrow("pads");
  });
});
