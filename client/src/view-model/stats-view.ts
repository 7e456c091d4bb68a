// The figures as they are read: words and numbers with units. Pure.

import { LATENCY_STAGES } from "../stream/latency.ts";
import type { Texts } from "../texts/en.ts";
import type { Battery } from "./device-facts.ts";
import { qualityOf, type Quality } from "./history.ts";
import { STAGE_COLORS } from "./latency-bars.ts";
import type { SessionFigures } from "./session-figures.ts";
import { judgeNetwork, type Connection, type Verdict } from "./verdict.ts";

export type StatsRow = { name: string; value: string };
export type StatsView = {
  /** Undefined while nothing was pressed. */
  latency: { p50: string; p95: string; p99: string; stages: readonly (StatsRow & { share: number; color: string })[] } | undefined;
  /** What a person can do something about, and the words for it. */
  verdict: { is: Verdict; words: string };
  quality: { band: Quality["band"]; words: string } | undefined;
  rows: readonly StatsRow[];
};

export function makeStatsView(
  { stats, latency, limit, history, usedMegabytes }: SessionFigures,
  { connection, battery }: { connection: Connection; battery?: Battery | undefined },
  texts: Texts["stats"],
): StatsView {
  const verdict = judgeNetwork(history, limit);
  const quality = qualityOf(history);
  return {
    verdict: { is: verdict, words: verdict === "loss" ? texts.losses[connection] : texts.verdicts[verdict] },
    quality: quality && { band: quality.band, words: texts.quality(texts.bands[quality.band], quality.mos.toFixed(1)) },
    latency: latency && {
      p50: latency.p50Ms.toFixed(0),
      p95: `${texts.p95} ${latency.p95Ms.toFixed(0)} ms`,
      p99: `${texts.p99} ${latency.p99Ms.toFixed(0)} ms`,
      stages: stagesView(latency.stages, texts),
    },
    rows: [
      { name: texts.picture, value: stats ? `${stats.width}×${stats.height} · ${Math.round(stats.fps)} fps` : NOTHING },
      { name: texts.rate, value: stats ? rate(stats.videoKbps + stats.audioKbps) : NOTHING },
      { name: texts.roundTrip, value: ms(stats?.roundTripMs) },
      { name: texts.buffer, value: ms(stats?.jitterBufferMs) },
      { name: texts.decode, value: ms(stats?.decodeMs) },
      { name: texts.lost, value: stats ? `${stats.packetsLost} · ${(stats.lossShare * 100).toFixed(1)} %` : NOTHING },
      { name: texts.limit, value: limit === undefined ? NOTHING : texts.limits[limit] },
      { name: texts.codec, value: [stats?.codec, stats?.decoder].filter(Boolean).join(" · ") || NOTHING },
      { name: texts.path, value: stats?.protocol?.toUpperCase() ?? NOTHING },
      { name: texts.used, value: usedMegabytes > 0 ? megabytes(usedMegabytes) : NOTHING },
      ...(battery ? [{ name: texts.battery, value: `${Math.round(battery.level * 100)} %${battery.charging ? " ⚡" : ""}` }] : []),
    ],
  };
}

type Stages = NonNullable<SessionFigures["latency"]>["stages"];

function stagesView(stages: Stages, texts: Texts["stats"]) {
  const known = LATENCY_STAGES.flatMap((stage) => {
    const valueMs = stages[stage];
    return valueMs === undefined ? [] : [{ stage, valueMs }];
  });
  const totalMs = known.reduce((sum, { valueMs }) => sum + valueMs, 0);
  return known.map(({ stage, valueMs }) => ({
    name: texts.stages[stage],
    value: ms(valueMs),
    share: totalMs > 0 ? valueMs / totalMs : 0,
    color: STAGE_COLORS[stage],
  }));
}

const NOTHING = "–";
const ms = (value: number | undefined) => (value === undefined ? NOTHING : `${value.toFixed(1)} ms`);
const megabytes = (mb: number) => (mb >= 1000 ? `${(mb / 1000).toFixed(2)} GB` : `${mb.toFixed(1)} MB`);
const rate = (kbps: number) => (kbps >= 1000 ? `${(kbps / 1000).toFixed(1)} Mbit/s` : `${Math.round(kbps)} kbit/s`);
