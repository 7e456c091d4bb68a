// The rows that a run of the pipeline benchmark gives, and the goals they are held to.

import { type BenchRow, percentiles, rounded } from "../rows.ts";
import { explainMisses, type Misses } from "./explain-misses.ts";
import type { Size } from "./scene.ts";
import type { PipelineName, Turn } from "./run.ts";

const GOAL = { p50MsMax: 6, p99MsMax: 10, ofFallbackMax: 0.45, ofGstreamerMax: 0.4 };
const LABELS: Record<PipelineName, string> = {
  ours: "our pipeline",
  fallback: "fallback (ffmpeg)",
  gstreamer: "GStreamer (ximagesrc, x264enc)",
};

export function pipelineRows(turns: readonly Turn[], { size, fps }: { size: Size; fps: number }): BenchRow[] {
  const at = `${size.height}p${fps}`;
  const of = (name: PipelineName) => turns.filter(({ pipeline }) => pipeline === name);
  const latency = (name: PipelineName) => percentiles(of(name).flatMap(({ stream }) => stream.latenciesMs));
  const ours = latency("ours");
  const rows: BenchRow[] = [];
  for (const name of ["ours", "fallback", "gstreamer"] as const) {
    const own = of(name);
    if (own.length === 0) continue;
    rows.push({
      name: `${at}: pixel change to first packet, ${LABELS[name]}`,
      unit: "ms",
      ...latency(name),
      ...(name === "ours" ? goal(`p50 at most ${GOAL.p50MsMax}, p99 at most ${GOAL.p99MsMax}`, atMost(ours.p50, GOAL.p50MsMax) && atMost(ours.p99, GOAL.p99MsMax)) : noGoal),
    });
    const missed = sum(own, ({ stream }) => stream.missedWallMs.length);
    rows.push({
      name: `${at}: frames missed of ${sum(own, ({ stream }) => stream.painted)}, ${LABELS[name]}`,
      unit: "frames",
      value: missed,
      ...(name === "ours" ? goal("none", missed === 0) : noGoal),
    });
    // The others leave no marks to trace a frame by.
    if (name === "ours") rows.push(...missRows(own, at));
    rows.push({ name: `${at}: frames torn, ${LABELS[name]}`, unit: "frames", value: sum(own, ({ stream }) => stream.torn), ...noGoal });
    // The CPU was read from the painter's start to shortly before its end.
    const frames = sum(own, ({ durationMs }) => (durationMs / 1000) * fps);
    rows.push({ name: `${at}: CPU per frame, ${LABELS[name]}`, unit: "ms", value: rounded(sum(own, ({ cpuMs }) => cpuMs.pipeline) / frames), ...noGoal });
    rows.push({ name: `${at}: bitrate sent, ${LABELS[name]}`, unit: "kbps", value: Math.round(sum(own, ({ stream }) => stream.kbps) / own.length), ...noGoal });
  }
  for (const [name, max] of [["fallback", GOAL.ofFallbackMax], ["gstreamer", GOAL.ofGstreamerMax]] as const) {
    const { p50 } = latency(name);
    if (p50 === undefined || ours.p50 === undefined) continue;
    const ratio = rounded(ours.p50 / p50);
    rows.push({ name: `${at}: our p50 over that of ${LABELS[name]}`, unit: "ratio", value: ratio, ...goal(`at most ${max}`, ratio <= max) });
  }
  rows.push(...stageRows(of("ours"), at));
  rows.push({
    name: `${at}: CPU used by other programs meanwhile`,
    unit: "% of a core",
    value: Math.round((100 * sum(turns, ({ cpuMs }) => cpuMs.others)) / sum(turns, ({ durationMs }) => durationMs)),
    ...noGoal,
  });
  return rows;
}

/** Whose the missed frames are: what the X server never told of, no capture can take. */
function missRows(turns: readonly Turn[], at: string): BenchRow[] {
  const misses = turns.map(({ stream, log, marks, wallOffsetMs }) =>
    explainMisses({
      missedWallMs: stream.missedWallMs,
      paintedWallMs: log.map(({ wallMs }) => wallMs),
      taken: marks.filter(({ changed }) => changed).map(({ damagedAtMs }) => ({ damagedWallMs: damagedAtMs + wallOffsetMs })),
    }),
  );
  const count = (name: string, of: (miss: Misses) => number): BenchRow => ({ name: `${at}: of the missed, ${name}`, unit: "frames", value: sum(misses, of), ...noGoal });
  return [
    count("drawn over before the X server told of them", ({ byDisplay }) => byDisplay),
    count("told of and read too late", ({ byPipeline }) => byPipeline),
  ];
}

/** Where our time goes: from the frames' own marks. */
function stageRows(turns: readonly Turn[], at: string): BenchRow[] {
  const changed = turns.flatMap(({ marks }) => marks.filter(({ changed }) => changed).slice(60));
  // The painter's clock is the wall's; each change is matched to the frame whose damage came next.
  const told = turns.flatMap(({ marks, log, wallOffsetMs }) => {
    let next = 0;
    return marks.flatMap(({ changed, damagedAtMs }) => {
      if (!changed) return [];
      const damagedWallMs = damagedAtMs + wallOffsetMs;
      while (next + 1 < log.length && (log[next + 1]?.wallMs ?? Infinity) <= damagedWallMs) next++;
      const painted = log[next]?.wallMs ?? Infinity;
      return painted <= damagedWallMs && next >= 60 ? [damagedWallMs - painted] : [];
    });
  });
  const stage = (name: string, values: readonly number[]): BenchRow => ({
    name: `${at}: of which ${name}`,
    unit: "ms",
    ...percentiles(values),
    ...noGoal,
  });
  return [
    stage("X server draws and tells of it", told),
    stage("waiting for the pacer", changed.map((mark) => mark.capturedAtMs - mark.damagedAtMs)),
    stage("convert and encode", changed.map((mark) => mark.encodedAtMs - mark.capturedAtMs)),
    stage("packetise and send all packets", changed.map((mark) => mark.sentAtMs - mark.encodedAtMs)),
  ];
}

const noGoal = { goal: null, met: null } as const;
const goal = (text: string, met: boolean) => ({ goal: text, met });
const atMost = (value: number | undefined, max: number): boolean => value !== undefined && value <= max;
const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
