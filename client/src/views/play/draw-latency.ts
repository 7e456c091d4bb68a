// Paints the minute's latency on a canvas. Past React: a new second costs one drawing
// of some hundred rectangles and no render.

import { STAGE_COLORS, type LatencyBars } from "../../view-model/latency-bars.ts";

/** What of a canvas is painted with. */
export type Brush = Pick<CanvasRenderingContext2D, "clearRect" | "fillRect" | "fillText"> & { fillStyle: string; font: string };

const GRID = "#ffffff24";
const WORDS = "#b3a99d";
const P95 = "#f4eee6";
const DROPPED = "#ffc14d";
const FROZEN = "#ff3b30";
/** The foot of the graph, where drops are marked. */
const FOOT_PX = 8;

export function drawLatency(brush: Brush, { bars, width, topMs }: LatencyBars, size: { width: number; height: number }): void {
  const floor = size.height - FOOT_PX;
  const y = (ms: number) => Math.round(floor - (Math.min(ms, topMs) / topMs) * (floor - 2));
  brush.clearRect(0, 0, size.width, size.height);
  brush.font = "10px ui-monospace, monospace";
  for (const share of [0.5, 1]) {
    brush.fillStyle = GRID;
    brush.fillRect(0, y(topMs * share), size.width, 1);
    brush.fillStyle = WORDS;
    brush.fillText(`${topMs * share} ms`, 2, y(topMs * share) + 11);
  }
  const barPx = Math.max(1, Math.floor(width * size.width) - 1);
  for (const bar of bars) {
    const x = Math.round(bar.at * size.width) - barPx;
    let sumMs = 0;
    for (const { stage, ms } of bar.parts) {
      brush.fillStyle = STAGE_COLORS[stage];
      const top = y(sumMs + ms);
      brush.fillRect(x, top, barPx, y(sumMs) - top);
      sumMs += ms;
    }
    if (bar.p95Ms !== undefined) {
      brush.fillStyle = P95;
      brush.fillRect(x, y(bar.p95Ms), barPx, 1);
    }
    if (bar.framesDropped > 0 || bar.freezes > 0) {
      brush.fillStyle = bar.freezes > 0 ? FROZEN : DROPPED;
      brush.fillRect(x, floor + 2, barPx, FOOT_PX - 3);
    }
  }
}
