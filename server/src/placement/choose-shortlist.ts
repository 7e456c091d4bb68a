// From the best nodes to the two or three that the player measures. Pure: the dice are
// passed in.
//
// Always taking the very best would send everybody to one node and learn nothing of the
// others. So the first is drawn among those that are as good, and a tenth of the draws
// goes to nodes that are little known. Of equals those come first where a started copy of the
// title waits: the player has a picture sooner, and the copy is there for nobody else. The others on the list are to show another path:
// two nodes of one rack have the same way to the player, and measuring both tells nothing.

/** A near equal adds no more than this to the round trip, whatever its price is. */
export const EQUAL_RTT_MS = 5;
/** A little-known node may, so that there is one to be found. */
const LITTLE_KNOWN_RTT_MS = 10;
export const LITTLE_KNOWN_SHARE = 0.1;

/** What the draw asks of a node. `path` is alike for nodes that share their way to the world. */
export type Drawable = {
  readonly score: number;
  readonly rttMs: number;
  readonly path: number;
  /** A started copy of the title waits there. */
  readonly warm: boolean;
};

export type Drawn<T> = {
  readonly node: T;
  readonly because: "best-score" | "warm-copy" | "drawn-among-equals" | "little-known" | "other-path" | "next-best";
};

/** Whether this draw is one of the tenth. Asked first, because it widens the search. */
export const drawsLittleKnown = (random: () => number): boolean => random() < LITTLE_KNOWN_SHARE;

/** `best` begins with the few best, in order. `littleKnown` is empty unless this draw is for them. */
export function chooseShortlist<T extends Drawable>(
  best: readonly T[],
  littleKnown: readonly T[],
  count: number,
  equalShare: number,
  random: () => number,
): Drawn<T>[] {
  const top = best[0];
  if (!top) return [];
  const chosen: Drawn<T>[] = [];
  const newcomers = littleKnown.filter(({ rttMs }) => rttMs <= top.rttMs + LITTLE_KNOWN_RTT_MS);
  const newcomer = drawByScore(newcomers, random);
  if (newcomer) chosen.push({ node: newcomer, because: "little-known" });

  const equals = best.filter(({ score, rttMs }) => score >= equalShare * top.score && rttMs <= top.rttMs + EQUAL_RTT_MS);
  if (!newcomer) {
    const warm = equals.filter((node) => node.warm);
    const drawn = drawByScore(warm.length > 0 ? warm : equals, random) ?? top;
    const why = drawn.warm && equals.length > warm.length ? "warm-copy" : "drawn-among-equals";
    chosen.push({ node: drawn, because: drawn === top ? "best-score" : why });
  }
  while (chosen.length < count) {
    const paths = new Set(chosen.map(({ node }) => node.path));
    const isNew = (node: T) => !chosen.some((taken) => taken.node === node);
    const otherPath = drawByScore(equals.filter(({ path }) => !paths.has(path)), random) ?? best.find(({ path }) => !paths.has(path));
    const next = otherPath ?? best.find(isNew);
    if (!next) break;
    chosen.push({ node: next, because: otherPath ? "other-path" : "next-best" });
  }
  return chosen;
}

/** One of them, with a chance that grows with the fourth power of its score. */
function drawByScore<T extends Drawable>(nodes: readonly T[], random: () => number): T | undefined {
  const total = nodes.reduce((sum, { score }) => sum + score ** 4, 0);
  if (total === 0) return nodes[0];
  let left = random() * total;
  for (const node of nodes) {
    left -= node.score ** 4;
    if (left < 0) return node;
  }
  return nodes.at(-1);
}
