// Which titles make room for another: those that were used longest ago. Pure.

export type StoredVersion = {
  titleId: string;
  digest: string;
  bytes: number;
  usedAtMs: number;
  /** A session plays it, or it is being copied from. */
  pinned: boolean;
};

/** Undefined if there is not enough room, whatever goes. */
export function chooseEvicted(versions: readonly StoredVersion[], neededBytes: number, budgetBytes: number): StoredVersion[] | undefined {
  let over = versions.reduce((sum, { bytes }) => sum + bytes, 0) + neededBytes - budgetBytes;
  const evicted: StoredVersion[] = [];
  for (const version of versions.filter(({ pinned }) => !pinned).toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (over <= 0) break;
    evicted.push(version);
    over -= version.bytes;
  }
  return over <= 0 ? evicted : undefined;
}
