// Whose fault is a painted frame that was never sent? The frame's own trace: when it was handed to the
// X server, when that told of a change, and when the next frame was painted over it.

export type MissTrace = {
  missedWallMs: readonly number[];
  /** Of every painted frame, in order. */
  paintedWallMs: readonly number[];
  /** Of every frame that was taken, in order. */
  taken: readonly { damagedWallMs: number }[];
};

export type Misses = {
  /** The X server drew the next frame before it told of this one: there was nothing left to take. */
  byDisplay: number;
  /** It told in time, and the pixels were read too late. */
  byPipeline: number;
};

export function explainMisses({ missedWallMs, paintedWallMs, taken }: MissTrace): Misses {
  const misses = { byDisplay: 0, byPipeline: 0 };
  for (const atMs of missedWallMs) {
    const nextPaintMs = paintedWallMs.find((paintMs) => paintMs > atMs) ?? Infinity;
    const next = taken.find(({ damagedWallMs }) => damagedWallMs >= atMs);
    misses[next && next.damagedWallMs < nextPaintMs ? "byPipeline" : "byDisplay"] += 1;
  }
  return misses;
}
