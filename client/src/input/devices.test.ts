// @vitest-environment happy-dom
import { Scope } from "@nearframe/shared/lifetime";
import { CODES } from "@nearframe/shared/input/codes";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { sessionTitle } from "../testing/samples.ts";
import type { InputEvent } from "./input-state.ts";
import { createKeyboard, ESCAPE_HOLD_MS } from "./keyboard.ts";
import { PLAIN_MAP } from "./pad-map.ts";
import { createPlayerInput } from "./player-input.ts";
import { createPointer } from "./pointer.ts";

let scope: Scope;
let events: InputEvent[];
beforeEach(() => {
  scope = new Scope();
  events = [];
});
afterEach(() => scope.close());

const dispatch = (event: InputEvent) => void events.push(event);

describe("keyboard", () => {
  function setUp(playing = true) {
    const timers = createFakeTimers();
    const onEscapeHeld = vi.fn();
    createKeyboard(scope, window, { dispatch, playing: () => playing, timers, onEscapeHeld });
    return { timers, onEscapeHeld };
  }
  const press = (type: "keydown" | "keyup", code: string, repeat = false) => {
    const event = new KeyboardEvent(type, { code, repeat, cancelable: true });
    window.dispatchEvent(event);
    return event;
  };

  test("physical keys go to the title and not to the browser", () => {
    setUp();
    expect(press("keydown", "KeyW").defaultPrevented).toBe(true);
    press("keydown", "KeyW", true);
    press("keyup", "KeyW");
    expect(events).toEqual([
      { kind: "key", key: CODES["KeyW"], down: true },
      { kind: "key", key: CODES["KeyW"], down: false },
    ]);
  });

  test("keys that no keyboard of ours has stay the browser's", () => {
    setUp();
    expect(press("keydown", "BrowserFavorites").defaultPrevented).toBe(false);
    expect(events).toEqual([]);
  });

  test("while the menu is open the keys are the page's", () => {
    setUp(false);
    expect(press("keydown", "Tab").defaultPrevented).toBe(false);
    expect(events).toEqual([]);
  });

  test("Escape is the title's when tapped and opens the menu when held", () => {
    const { timers, onEscapeHeld } = setUp();
    press("keydown", "Escape");
    timers.pass(ESCAPE_HOLD_MS - 1);
    press("keyup", "Escape");
    timers.pass(ESCAPE_HOLD_MS);
    expect(onEscapeHeld).not.toHaveBeenCalled();
    expect(events).toHaveLength(2);
    press("keydown", "Escape");
    timers.pass(ESCAPE_HOLD_MS);
    expect(onEscapeHeld).toHaveBeenCalledOnce();
  });

  test("held Escape opens the menu again where its release was never heard", () => {
    const { timers, onEscapeHeld } = setUp();
    for (const _ of [1, 2]) {
      press("keydown", "Escape");
      timers.pass(ESCAPE_HOLD_MS);
    }
    expect(onEscapeHeld).toHaveBeenCalledTimes(2);
  });

  test("a key that was down when a field took the focus comes up in it; what is typed there is no key", () => {
    setUp();
    press("keydown", "KeyW");
    const field = document.createElement("input");
    document.body.append(field);
    scope.own(field, () => field.remove());
    for (const type of ["keydown", "keyup"]) field.dispatchEvent(new KeyboardEvent(type, { code: "KeyA", bubbles: true, cancelable: true }));
    const up = new KeyboardEvent("keyup", { code: "KeyW", bubbles: true, cancelable: true });
    field.dispatchEvent(up);
    expect(up.defaultPrevented).toBe(false);
    expect(events).toEqual([
      { kind: "key", key: CODES["KeyW"], down: true },
      { kind: "key", key: CODES["KeyW"], down: false },
    ]);
  });

  test("letting go of Command lets go of everything: macOS tells no other release", () => {
    setUp();
    press("keydown", "MetaLeft");
    press("keydown", "KeyC");
    press("keyup", "MetaLeft");
    expect(events.at(-1)).toEqual({ kind: "release-all" });
  });

  test("closing leaves no listener and no timer", async () => {
    const { timers } = setUp();
    press("keydown", "Escape");
    await scope.close();
    press("keydown", "KeyW");
    expect(events).toHaveLength(1);
    expect(timers.pending).toBe(0);
  });
});

describe("pointer", () => {
  function setUp(mode: "absolute" | "relative" | "none") {
    const surface = document.createElement("div");
    document.body.append(surface);
    scope.own(surface, () => surface.remove());
    surface.setPointerCapture = () => undefined;
    const onLockWanted = vi.fn();
    createPointer(scope, surface, {
      mode, dispatch, onLockWanted, title: { width: 1280, height: 720 },
      playing: () => true, picture: () => ({ left: 0, top: 0, width: 640, height: 360 }),
    });
    return { surface, onLockWanted };
  }
  const fire = (surface: HTMLElement, type: string, init: PointerEventInit) =>
    surface.dispatchEvent(new PointerEvent(type, { pointerType: "mouse", cancelable: true, ...init }));

  test("a place is a share of the picture, a click carries it, in the order of the wire's buttons", () => {
    const { surface } = setUp("absolute");
    fire(surface, "pointermove", { clientX: 320, clientY: 90, button: -1 });
    fire(surface, "pointerdown", { clientX: 320, clientY: 90, button: 2, buttons: 2 });
    const at = { x: 0.5, y: 0.25 };
    expect(events[0]).toEqual({ kind: "pointer-at", at });
    expect(events.filter((event) => event.kind === "button" && event.down)).toEqual([{ kind: "button", button: 2, down: true, at }]);
  });

  test("a camera title asks for the mouse with the first click and takes none of it until it has it", () => {
    const { surface, onLockWanted } = setUp("relative");
    fire(surface, "pointermove", { movementX: 5, button: -1 });
    fire(surface, "pointerdown", { button: 0, buttons: 1 });
    fire(surface, "pointerup", { button: 0, buttons: 0 });
    expect(onLockWanted).toHaveBeenCalledOnce();
    expect(events).toEqual([]);
  });

  test("fingers are not its business, and a title without a pointer gets nothing", () => {
    const absolute = setUp("absolute").surface;
    absolute.dispatchEvent(new PointerEvent("pointerdown", { pointerType: "touch", buttons: 1 }));
    fire(setUp("none").surface, "pointerdown", { button: 0, buttons: 1 });
    expect(events).toEqual([]);
  });

  test("the wheel turns in the wire's units and does not scroll the page", () => {
    const { surface } = setUp("absolute");
    const event = new WheelEvent("wheel", { deltaY: 100, deltaMode: 0, cancelable: true });
    surface.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(true);
    expect(events).toEqual([{ kind: "wheel", dx: 0, dy: 120 }]);
  });
});

describe("hands as a whole", () => {
  function setUp() {
    const surface = document.createElement("div");
    document.body.append(surface);
    scope.own(surface, () => surface.remove());
    const onPointerLock = vi.fn();
    createPlayerInput(scope, surface, {
      title: sessionTitle({ pointer: "absolute" }), timers: createFakeTimers(), picture: surface,
      dispatch,
      playing: () => true, controls: () => [], haptics: () => true, padMap: () => PLAIN_MAP,
      safeBox: () => ({ left: 0, top: 0, width: 1, height: 1 }),
      onEscapeHeld: vi.fn(), onLockWanted: vi.fn(), onPointerLock, onPadCount: vi.fn(), onLook: vi.fn(),
    });
    return { onPointerLock };
  }

  test.each([
    ["the window loses the focus", () => window.dispatchEvent(new Event("blur"))],
    ["the page goes away", () => window.dispatchEvent(new Event("pagehide"))],
    ["the mouse is given back", () => document.dispatchEvent(new Event("pointerlockchange"))],
  ])("everything is let go of when %s", (_, happen) => {
    setUp();
    happen();
    expect(events).toEqual([{ kind: "release-all" }]);
  });

  test("and when the page is hidden, but not when it is seen again", () => {
    setUp();
    const visibility = vi.spyOn(document, "visibilityState", "get");
    visibility.mockReturnValue("visible");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(events).toEqual([]);
    visibility.mockReturnValue("hidden");
    document.dispatchEvent(new Event("visibilitychange"));
    expect(events).toEqual([{ kind: "release-all" }]);
    visibility.mockRestore();
  });
});
