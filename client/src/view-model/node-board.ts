// The scoreboard: which nodes are shown, in which order, and what of each. Pure.

import type { CheckedNode, CheckedNodeDetail } from "@nearframe/shared/api/checking";
import * as z from "zod/mini";
import { createKept, type Kept, type Shelf } from "./browser-storage.ts";

export const BOARD_FILTERS = ["all", "mine", "attention"] as const;
export type BoardFilter = (typeof BOARD_FILTERS)[number];

/** Below this a node gets few players: its host should look. */
export const TROUBLE_SCORE = 0.5;
const MINE_MAX = 200;
const MyNodes = z.array(z.string().check(z.maxLength(64))).check(z.maxLength(MINE_MAX));
export type MyNodes = z.infer<typeof MyNodes>;

/** Which nodes somebody called theirs on this device. */
export const createMyNodes = (storage: Shelf | undefined): Kept<MyNodes> => createKept(storage, "nearframe.nodes", MyNodes, []);

export const toggleMine = (mine: MyNodes, nodeId: string): MyNodes =>
  mine.includes(nodeId) ? mine.filter((id) => id !== nodeId) : [nodeId, ...mine].slice(0, MINE_MAX);

export const isInTrouble = ({ quarantine, score }: CheckedNode): boolean =>
  quarantine !== undefined || (score !== undefined && score.overall < TROUBLE_SCORE);

/** Best first; those that nobody has checked after all others, by name. */
export function chooseShown(nodes: readonly CheckedNode[], filter: BoardFilter, mine: MyNodes): readonly CheckedNode[] {
  return nodes
    .filter((node) => filter === "all" || (filter === "mine" ? mine.includes(node.id) : isInTrouble(node)))
    .toSorted((a, b) => (b.score?.overall ?? -1) - (a.score?.overall ?? -1) || a.name.localeCompare(b.name));
}

export type Grade = "good" | "fair" | "poor" | "unknown";
export function gradeOf(score: number | undefined): Grade {
  if (score === undefined) return "unknown";
  return score >= 0.8 ? "good" : score >= TROUBLE_SCORE ? "fair" : "poor";
}

/** On a map of 360 by 180 whose left upper corner is 180 west, 90 north. */
export const mapPoint = ({ latitude, longitude }: { latitude: number; longitude: number }): { x: number; y: number } => ({
  x: longitude + 180,
  y: 90 - latitude,
});

export type TrendPoint = CheckedNode["trend"][number];
export const SCORE_PARTS = ["performance", "reliability", "honesty"] as const;
export type ScorePart = "overall" | (typeof SCORE_PARTS)[number];

/** An SVG path through a trend, days to the right and 1 on top; a day that was not scored is a gap. */
export function trendPath(trend: readonly TrendPoint[], part: ScorePart, size: { width: number; height: number; days: number }): string {
  const last = trend.at(-1)?.day ?? 0;
  const at = ({ day, [part]: value }: TrendPoint) =>
    `${round(size.width - ((last - day) * size.width) / Math.max(1, size.days - 1))} ${round((1 - value) * size.height)}`;
  return trend
    .filter(({ day }) => last - day < size.days)
    .map((point, index, points) => `${points[index - 1]?.day === point.day - 1 ? "L" : "M"}${at(point)}`)
    .join("");
}
const round = (value: number) => Math.round(value * 100) / 100;

/** Whether a trend has two days in a row: one day alone is a point and no line. */
export const hasLine = (trend: readonly TrendPoint[]): boolean => trend.some(({ day }, index) => trend[index - 1]?.day === day - 1);

/** What a host reads first: the faults that cost most, each with how often and the server's advice. */
export const fixesOf = ({ toFix }: CheckedNodeDetail) => toFix.slice(0, 5);
