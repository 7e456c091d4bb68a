// Where a player's input goes. Decisions (what is held, what to release) are made
// in `held.ts`; a sink only does what it is told, at once and in order.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Display } from "../session/ports.ts";
import type { Rumble } from "./rumble.ts";

export type InputAction =
  | { kind: "key"; code: number; down: boolean }
  | { kind: "button"; button: number; down: boolean }
  /** 0..1 of the display's width and height. */
  | { kind: "move-to"; x: number; y: number }
  /** Pixels of the display. */
  | { kind: "move-by"; dx: number; dy: number }
  /** Notches; positive is down and right. */
  | { kind: "wheel"; dx: number; dy: number }
  /** A finger, for sinks that take them; others get it as the pointer. 0..1 of the display, and of the hardest press. */
  | { kind: "touch"; id: number; phase: "down" | "move" | "up" | "cancel"; x: number; y: number; pressure: number }
  | { kind: "text"; text: string }
  | { kind: "pad"; pad: number; buttons: number; axes: readonly number[]; triggers: readonly number[] };

export interface InputSink {
  /** Resolves when the display server has taken the actions. */
  apply(actions: readonly InputAction[]): Promise<void>;
  /** What of the above it can't do here, e.g. "pad", and the reason in a sentence. */
  readonly lacks: Readonly<Partial<Record<InputAction["kind"], string>>>;
}

export type InputSinkEvents = {
  /** The title shakes a pad: in place of what it did before. Never where the sink lacks pads. */
  onRumble(pad: number, rumble: Rumble): void;
  /** Something was copied in the title. */
  onClipboard?(text: string): void;
};

/** MUST release every key and button that it holds down before it closes. */
export type OpenInputSink = (display: Display, events: InputSinkEvents, scope: Scope) => Promise<InputSink>;
