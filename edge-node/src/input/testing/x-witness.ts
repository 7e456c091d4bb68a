// A window that sees everything a title would: for tests of what feeds a display.

import type { Scope } from "@nearframe/shared/lifetime";
import x11, { type XClient, type XEvent } from "x11";
import type { Display } from "../../session/ports.ts";
import { connectX11 } from "../../x11/connect.ts";

/** In words: "key 38 down", "button 1 up", "at 640 360". */
export type Seen = string;

export type XWitness = {
  /** What arrived since the last call. Everything that the server was told before is in it. */
  take(): Promise<Seen[]>;
  pointer(): Promise<{ x: number; y: number }>;
  /** The keysym that a program would read for this keycode now. */
  keysymOf(keycode: number): Promise<number>;
  client: XClient;
};

export async function createXWitness(display: Display, scope: Scope): Promise<XWitness> {
  const { display: xDisplay } = await connectX11(display, scope, (error) => {
    throw error;
  });
  const client = xDisplay.client;
  const root = xDisplay.screen[0]?.root ?? 0;
  const { KeyPress = 0, KeyRelease = 0, ButtonPress = 0, ButtonRelease = 0, PointerMotion = 0 } = x11.eventMask;
  const window = client.AllocID();
  client.CreateWindow(window, root, 0, 0, display.size.width, display.size.height, 0, 0, 0, 0, {
    overrideRedirect: 1,
    eventMask: KeyPress | KeyRelease | ButtonPress | ButtonRelease | PointerMotion,
  });
  client.MapWindow(window);
  await client.sync();
  client.SetInputFocus(window, 1);
  await client.sync();

  let seen: Seen[] = [];
  client.on("event", (event: XEvent) => {
    const words = describe(event);
    if (words) seen.push(words);
  });
  return {
    client,
    async take() {
      await client.sync();
      const taken = seen;
      seen = [];
      return taken;
    },
    pointer: () =>
      new Promise((resolve, reject) => {
        client.QueryPointer(root, (error, at) => (error ? reject(error) : resolve({ x: at.rootX, y: at.rootY })));
      }),
    keysymOf: (keycode) =>
      new Promise((resolve, reject) => {
        client.GetKeyboardMapping(keycode, 1, (error, rows) => (error ? reject(error) : resolve(rows[0]?.[0] ?? 0)));
      }),
  };
}

function describe(event: XEvent): Seen | undefined {
  switch (event.name) {
    case "KeyPress":
      return `key ${event.keycode} down`;
    case "KeyRelease":
      return `key ${event.keycode} up`;
    case "ButtonPress":
      return `button ${event.keycode} down`;
    case "ButtonRelease":
      return `button ${event.keycode} up`;
    case "MotionNotify":
      return `at ${event.rootx} ${event.rooty}`;
    default:
      return undefined;
  }
}
