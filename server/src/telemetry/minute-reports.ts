// What a minute is judged by afterwards: the figures of both ends that tell the host's
// machine, the host's line, the player's line and the player's device apart.

import type { MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import { isMoving } from "@nearframe/shared/qoe/score-minute";
import type { JoinedSecond } from "./join-seconds.ts";
import type { NodeSecond } from "./seconds.ts";
import { weightedPercentile } from "./weighted-percentile.ts";

/** Whose minute it is. */
export type MinuteOwner = { playerId: string; networkId: string; check: boolean };

/** Where the nodes' own ladder steps down (docs/checking.md). */
const BITS_PER_PIXEL = 0.03;

export function makeReports(owner: MinuteOwner, joined: readonly JoinedSecond[], node: readonly NodeSecond[]): MinuteReports {
  const moving = joined.filter(({ quality }) => isMoving(quality));
  const movingMs = sum(moving, ({ quality }) => quality.durationMs);
  const targetFps = median(node.map((second) => second.targetFps)) ?? 0;
  const pixels = median(joined.map(({ quality }) => quality.width * quality.height)) ?? 0;
  const durationMs = sum(joined, ({ quality }) => quality.durationMs);
  const perFrame = (of: (second: NodeSecond) => number) => weightedPercentile(0.95, node.map((second) => [of(second), second.framesSent])) ?? 0;
  return {
    ...owner,
    player: {
      lossShare: durationMs > 0 ? rounded(sum(joined, ({ player }) => player.lossShare * player.durationMs) / durationMs) : 0,
      ...told("roundTripMsP95", percentile(joined.map(({ player }) => player.roundTripMs))),
      ...told("roundTripMsLeast", least(joined.map(({ player }) => player.roundTripMs))),
      ...told("decodeMsP95", percentile(joined.map(({ player }) => player.decodeMs))),
      framesShown: sum(joined, ({ player }) => player.framesShown),
      framesDropped: sum(joined, ({ player }) => player.framesDropped),
      freezeMs: Math.round(sum(joined, ({ player }) => player.freezeMs)),
      ...(movingMs > 0 && { shownFps: rounded((sum(moving, ({ quality }) => quality.framesShown) * 1_000) / movingMs) }),
    },
    node: {
      targetFps,
      sentFps: movingMs > 0 ? rounded((sum(moving, ({ quality }) => quality.framesSent) * 1_000) / movingMs) : targetFps,
      captureWaitMsP95: rounded(perFrame((second) => second.captureWaitMsP95)),
      encodeMsP95: rounded(perFrame((second) => second.encodeMsP95)),
      ...told("lossShare", median(node.map((second) => second.lossShare))),
      ...told("roundTripMsP95", percentile(node.map((second) => second.roundTripMs))),
      ...told("availableKbps", median(node.map((second) => second.availableKbps))),
      neededKbps: Math.round((BITS_PER_PIXEL * pixels * targetFps) / 1_000),
    },
  };
}

const even = (values: readonly (number | undefined)[]) => values.map((value) => [value, 1] as const);
const median = (values: readonly (number | undefined)[]) => weightedPercentile(0.5, even(values));
const percentile = (values: readonly (number | undefined)[]) => weightedPercentile(0.95, even(values));
const least = (values: readonly (number | undefined)[]) => values.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
const rounded = (value: number) => Math.round(value * 10_000) / 10_000;

function told<K extends string>(name: K, value: number | undefined): { [P in K]?: number } {
  return value === undefined ? {} : ({ [name]: rounded(value) } as { [P in K]?: number });
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
