// Which keys type a text. What the keyboard has is typed with its own keys; for the
// rest of Unicode, keycodes that no real key uses are lent to characters.
//
// A program asks what a key means when it gets to it, which is some time after the
// key was pressed. So a code is lent to another character only after a while, and
// the one that was used longest ago first. Pure.

/** A key, and whether Shift is held with it. */
export type Stroke = { keycode: number; shift: boolean };

export type Typing = {
  /** In the order of the text. */
  strokes: Stroke[];
  /** What has to be lent before: keycode -> keysym. */
  lent: Map<number, number>;
  /** How long to wait before lending, so that what was typed before keeps its meaning. */
  waitMs: number;
};

/** A busy program reads a key this late (Chromium on a loaded machine: 60 ms). */
export const READ_WITHIN_MS = 250;

export class Typist {
  readonly #ownKeys: ReadonlyMap<number, Stroke>;
  /** By keycode, the one used longest ago first. */
  readonly #spareKeys: Map<number, { keysym: number; usedAtMs: number }>;

  /** `ownKeys` by keysym. */
  constructor(ownKeys: ReadonlyMap<number, Stroke>, spareKeycodes: readonly number[]) {
    this.#ownKeys = ownKeys;
    this.#spareKeys = new Map(spareKeycodes.map((keycode) => [keycode, { keysym: NO_SYMBOL, usedAtMs: -Infinity }]));
  }

  /** The text in pieces, of which each can be typed at once. */
  piecesOf(text: string): string[][] {
    const pieces: string[][] = [];
    let borrowing = new Set<string>();
    for (const character of text) {
      const own = this.#ownKeys.has(keysymOf(character));
      const piece = pieces.at(-1);
      if (!piece || (!own && !borrowing.has(character) && borrowing.size >= this.#spareKeys.size)) {
        pieces.push([character]);
        borrowing = new Set();
      } else {
        piece.push(character);
      }
      if (!own) borrowing.add(character);
    }
    return pieces;
  }

  /** Takes one of `piecesOf`. */
  type(piece: readonly string[], nowMs: number): Typing {
    const lent = new Map<number, number>();
    let waitMs = 0;
    const strokes = piece.map((character) => {
      const keysym = keysymOf(character);
      const own = this.#ownKeys.get(keysym);
      if (own) return own;
      const known = [...this.#spareKeys].find(([, code]) => code.keysym === keysym);
      const [keycode, code] = known ?? this.#spareKeys.entries().next().value ?? [];
      if (keycode === undefined || code === undefined) throw new RangeError(`The keyboard has no key to lend to "${character}".`);
      if (!known) {
        lent.set(keycode, keysym);
        waitMs = Math.max(waitMs, code.usedAtMs + READ_WITHIN_MS - nowMs);
      }
      this.#spareKeys.delete(keycode);
      this.#spareKeys.set(keycode, { keysym, usedAtMs: nowMs });
      return { keycode, shift: false };
    });
    return { strokes, lent, waitMs };
  }
}

const NO_SYMBOL = 0;
const CONTROLS: Readonly<Record<string, number>> = { "\b": 0xff08, "\t": 0xff09, "\n": 0xff0d, "\r": 0xff0d, "\u001b": 0xff1b };

/** keysymdef.h: Latin-1 is itself, the rest of Unicode has a flag; controls are the keys that make them. */
export function keysymOf(character: string): number {
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  const point = character.codePointAt(0) ?? 0;
  const latin = (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff);
  return latin ? point : 0x0100_0000 + point;
}

/** What a keyboard's main keys make, from the server's rows of keysyms (plain, with Shift, ...). */
export function ownKeysOf(rows: readonly (readonly [keycode: number, keysyms: readonly number[]])[]): Map<number, Stroke> {
  const keys = new Map<number, Stroke>();
  for (const [keycode, [plain = NO_SYMBOL, shifted = NO_SYMBOL]] of rows) {
    if (plain !== NO_SYMBOL && !keys.has(plain)) keys.set(plain, { keycode, shift: false });
    if (shifted !== NO_SYMBOL && !keys.has(shifted)) keys.set(shifted, { keycode, shift: true });
  }
  return keys;
}
