// Two ways from a phone to the title: by the browser that plays, or straight to the node. Which is
// quicker now? Pure. Both are measured the same: to where the input is put into the title, and back.

export type PadWay = "browser" | "node";
/** The last round trips of each way, newest last. */
export type WayTimes = Readonly<Record<PadWay, readonly number[]>>;

export const NO_TIMES: WayTimes = { browser: [], node: [] };
export const TIMES_KEPT = 9;
/** Before so many answers a way is not judged. */
const ANSWERS_MIN = 3;
/** To change costs a moment; it has to be worth it. */
const BETTER_BY_MS = 3;
const BETTER_BY_SHARE = 0.2;

export function addTime(times: WayTimes, way: PadWay, roundTripMs: number): WayTimes {
  return { ...times, [way]: [...times[way], roundTripMs].slice(-TIMES_KEPT) };
}

/** A way that is down has no times. */
export const forgetTimes = (times: WayTimes, way: PadWay): WayTimes => (times[way].length === 0 ? times : { ...times, [way]: [] });

export function medianMs(times: WayTimes, way: PadWay): number | undefined {
  const sorted = [...times[way]].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** `open`: the ways that are there. The present one stays unless the other is clearly quicker. */
export function choosePadWay(times: WayTimes, open: Readonly<Record<PadWay, boolean>>, present: PadWay | undefined): PadWay | undefined {
  const ways = (["node", "browser"] as const).filter((way) => open[way]);
  const [only, other] = ways;
  if (other === undefined) return only;
  const known = ways.filter((way) => times[way].length >= ANSWERS_MIN);
  const held = present !== undefined && open[present] ? present : undefined;
  const [judged] = known;
  if (judged === undefined) return held ?? only;
  if (known.length === 1) return held ?? judged;
  const [node, browser] = [medianMs(times, "node") ?? Infinity, medianMs(times, "browser") ?? Infinity];
  const best: PadWay = node <= browser ? "node" : "browser";
  if (held === undefined || held === best) return best;
  const [heldMs, bestMs] = held === "node" ? [node, browser] : [browser, node];
  return heldMs - bestMs > Math.max(BETTER_BY_MS, heldMs * BETTER_BY_SHARE) ? best : held;
}
