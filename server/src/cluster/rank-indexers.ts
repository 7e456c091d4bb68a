// Which server owns a request: the one whose hash with it is lowest, and after it
// the next, should the first be gone. Anyone who has the seed can check a draw
// afterwards; nobody could choose its outcome before the seed was made.

import { createHash } from "node:crypto";

export type Draw = {
  /** Of the hour in which the request was made. Published in the `seeds` bucket. */
  seed: string;
  requestId: string;
  playerId: string;
};

/** All of `serverIds`, the owner first. The order in which they are given doesn't matter. */
export function rankIndexers({ seed, requestId, playerId }: Draw, serverIds: Iterable<string>): string[] {
  return [...new Set(serverIds)]
    .map((serverId) => ({ serverId, rank: hash([seed, requestId, playerId, serverId]) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ serverId }) => serverId);
}

/** What all servers of that moment put in, so that none of them alone could choose it. */
export function mixSeed(number: number, shares: readonly { serverId: string; share: string }[]): string {
  const parts = shares.map(({ serverId, share }) => hash([serverId, share])).sort();
  return hash([String(number), ...parts]);
}

/** SHA-256 over the parts, each with its length before it, so that no two lists look alike. */
function hash(parts: readonly string[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(`${Buffer.byteLength(part)}:${part}`);
  return digest.digest("hex");
}
