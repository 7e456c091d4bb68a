// The phone's own keyboard, for a title. What it composes (pinyin, kana, hangul, a word
// with suggestions) stays in the field until it is chosen; then it is text for the title.
// Knows no view; the field is a plain input that it empties again and again.

import type { Scope } from "@nearframe/shared/lifetime";
import { TEXT_BYTES_MAX } from "@nearframe/shared/input/messages";
import type { InputEvent } from "./input-state.ts";

/** Something to take away: phones tell of a Backspace in an empty field by nothing at all. */
export const SENTINEL = "\u200B";
/** Pasted text beyond this is cut: a title takes it key by key, for some seconds. */
export const PASTE_CHARACTERS_MAX = 8_192;

/** Keys that are no text; whatever else a keyboard says comes as input. */
const KEYS = new Set(["Enter", "Tab", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Delete", "PageUp", "PageDown"]);

export type TextFieldPorts = {
  dispatch(event: InputEvent, madeAtMs: number): void;
  /** Presses and lets go of a key, by its `KeyboardEvent.code`. */
  pressKey(code: string): void;
};

export interface TextField {
  /** Text from elsewhere, as the clipboard. */
  type(text: string): void;
}

export function createTextField(scope: Scope, field: HTMLInputElement, { dispatch, pressKey }: TextFieldPorts): TextField {
  const empty = () => {
    field.value = SENTINEL;
    field.setSelectionRange(1, 1);
  };
  const type = (text: string) => {
    for (const [i, line] of text.slice(0, PASTE_CHARACTERS_MAX).replaceAll("\r\n", "\n").split("\n").entries()) {
      if (i > 0) pressKey("Enter");
      for (const piece of piecesOf(line)) dispatch({ kind: "text", text: piece }, performance.now());
    }
  };
  const settle = () => {
    const text = field.value.replaceAll(SENTINEL, "");
    if (text !== "") type(text);
    else if (!field.value.includes(SENTINEL)) pressKey("Backspace");
    empty();
  };
  const handleInput = (event: Event) => {
    // Whatever is being composed is the keyboard's until it ends.
    if ((event as globalThis.InputEvent).isComposing) return;
    settle();
  };
  const handleKey = (event: KeyboardEvent) => {
    if (event.isComposing || !KEYS.has(event.key)) return;
    event.preventDefault();
    pressKey(event.key);
  };
  field.addEventListener("input", handleInput);
  field.addEventListener("compositionend", settle);
  field.addEventListener("keydown", handleKey);
  scope.own(field, () => {
    field.removeEventListener("input", handleInput);
    field.removeEventListener("compositionend", settle);
    field.removeEventListener("keydown", handleKey);
  });
  empty();
  return { type };
}

/** Pieces that fit a message, cut between characters as a reader sees them. */
export function piecesOf(text: string): readonly string[] {
  const encoder = new TextEncoder();
  const pieces: string[] = [];
  let piece = "";
  let bytes = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) {
    const size = encoder.encode(segment).length;
    if (bytes + size > TEXT_BYTES_MAX && piece !== "") {
      pieces.push(piece);
      piece = "";
      bytes = 0;
    }
    piece += segment;
    bytes += size;
  }
  return piece === "" ? pieces : [...pieces, piece];
}
