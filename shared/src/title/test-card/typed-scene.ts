// Which scene a player asks for: digits typed one after the other, then Enter. So nobody
// knows beforehand what will be behind the card, and whoever types can draw it too. Pure.

import { CODE_MODULUS } from "../test-card-layout.ts";

const DIGITS_MAX = 5;

export type TypedScene = { digits: string };
export const nothingTyped: TypedScene = { digits: "" };

/** `code` as in `KeyboardEvent.code`. Gives the scene where one was asked for. */
export function typeKey({ digits }: TypedScene, code: string | undefined): [TypedScene, number | undefined] {
  const digit = /^Digit(\d)$/.exec(code ?? "")?.[1];
  if (digit !== undefined) return [{ digits: (digits + digit).slice(-DIGITS_MAX) }, undefined];
  if (code === "Enter" && digits !== "") return [nothingTyped, Number(digits) % CODE_MODULUS];
  // The key that players press most changes nothing of it.
  return [code === "Space" ? { digits } : nothingTyped, undefined];
}

/** The keys to press for a scene. */
export const keysFor = (scene: number): string[] => [...[...String(scene)].map((digit) => `Digit${digit}`), "Enter"];
