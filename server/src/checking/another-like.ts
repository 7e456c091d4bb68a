// A password in place of another. Pure.

import { shareOf } from "@nearframe/shared/checking/draw";

const ALPHABETS = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/**
 * Of the same kinds of characters at the same places: an alphabet of its own would tell what it is. By a secret of
 * the servers: a node that could make it as well could answer to it, and have honest checkers taken for false ones.
 */
export function anotherLike(word: string, secret: string): string {
  return [...word].map((character, index) => {
    const alphabet = ALPHABETS.find((each) => each.includes(character));
    if (!alphabet) return character;
    const step = 1 + Math.floor(shareOf(secret, word, String(index)) * (alphabet.length - 1));
    return alphabet[(alphabet.indexOf(character) + step) % alphabet.length];
  }).join("");
}
