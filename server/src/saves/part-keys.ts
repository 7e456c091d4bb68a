// Where the parts of a save lie in the storage, and the words that lock each to
// its place.

import { createHash } from "node:crypto";

type Owner = { playerId: string; titleId: string };

/** Hashed: an id may hold what a key may not, and the storage need not know players. */
export function savePrefix({ playerId, titleId }: Owner, saveId: string): string {
  return `saves/${shortHash(playerId)}/${shortHash(titleId)}/${saveId}/`;
}

export function partKey(owner: Owner, saveId: string, index: number): string {
  return `${savePrefix(owner, saveId)}${String(index).padStart(4, "0")}`;
}

/** The player is in the key that locks it. */
export function partPlace(titleId: string, saveId: string, index: number): string {
  return `${titleId} ${saveId} ${index}`;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
