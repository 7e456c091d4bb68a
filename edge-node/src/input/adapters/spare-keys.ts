// Which keycode types which character. A keyboard has no key for most of
// Unicode, so characters borrow the keycodes that no real key uses.
//
// A program translates a key when it gets to it, which may be after the next text
// has come; so the code that was used longest ago is lent again first.

export type Typing = {
  /** In the order of the text. */
  keycodes: number[];
  /** What has to be lent before: keycode -> keysym. */
  lent: Map<number, number>;
};

export class SpareKeys {
  /** keycode -> keysym, the one used longest ago first. */
  readonly #codes: Map<number, number>;

  constructor(spareKeycodes: readonly number[]) {
    this.#codes = new Map(spareKeycodes.map((keycode) => [keycode, NO_SYMBOL]));
  }

  /** How many different characters can be typed before one has to be waited for. */
  get count(): number {
    return this.#codes.size;
  }

  /** Never asks for one keycode to be two characters: `text` has at most `count` different ones. */
  type(characters: readonly string[]): Typing {
    const lent = new Map<number, number>();
    const keycodes = characters.map((character) => {
      const keysym = keysymOf(character);
      const known = [...this.#codes].find(([, lentTo]) => lentTo === keysym)?.[0];
      const keycode = known ?? this.#codes.keys().next().value;
      if (keycode === undefined) throw new RangeError("The keyboard has no spare keycode for text.");
      if (known === undefined) lent.set(keycode, keysym);
      this.#codes.delete(keycode);
      this.#codes.set(keycode, keysym);
      return keycode;
    });
    return { keycodes, lent };
  }
}

const NO_SYMBOL = 0;

/** keysymdef.h: Latin-1 is itself, the rest of Unicode has a flag; controls are the keys that make them. */
export function keysymOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  const control = CONTROLS[character];
  if (control !== undefined) return control;
  const latin = (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff);
  return latin ? point : 0x0100_0000 + point;
}

const CONTROLS: Readonly<Record<string, number>> = { "\b": 0xff08, "\t": 0xff09, "\n": 0xff0d, "\r": 0xff0d, "\u001b": 0xff1b };

/** Pieces of at most `differentMax` different characters each. */
export function piecesOf(text: string, differentMax: number): string[][] {
  const pieces: string[][] = [];
  let different = new Set<string>();
  for (const character of text) {
    const last = pieces.at(-1);
    if (!last || (!different.has(character) && different.size >= differentMax)) {
      pieces.push([character]);
      different = new Set([character]);
    } else {
      last.push(character);
      different.add(character);
    }
  }
  return pieces;
}
