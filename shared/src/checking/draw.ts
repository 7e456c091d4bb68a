// Draws that nobody can bend and anybody can repeat: whoever knows the seed, which is
// published, gets the same answer.

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** A rank as 64 hex digits; the parts are told apart, so that "ab","c" is not "a","bc". */
export function rankOf(seed: string, ...parts: readonly string[]): string {
  return bytesToHex(sha256(new TextEncoder().encode(JSON.stringify([seed, ...parts]))));
}

/** A number in 0..1, evenly spread. */
export function shareOf(seed: string, ...parts: readonly string[]): number {
  // 13 hex digits are 52 bits: what a number holds exactly.
  return Number.parseInt(rankOf(seed, ...parts).slice(0, 13), 16) / 2 ** 52;
}
