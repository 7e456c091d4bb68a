// The simulation's result as a picture: round trips as the number of nodes grows, median
// to the left and 95th percentile to the right, both axes logarithmic.

import type { Result } from "./main.ts";
import { STRATEGY_WORDS } from "./strategies.ts";
import type { StrategyName } from "./strategies.ts";

const SHOWN: readonly { strategy: StrategyName; colour: string }[] = [
  { strategy: "random", colour: "#8b949e" },
  { strategy: "nearest-by-geography", colour: "#d29922" },
  { strategy: "ours-probe-points", colour: "#58a6ff" },
  { strategy: "ours", colour: "#1a7f37" },
  { strategy: "ours-city-data", colour: "#8250df" },
];
const PANEL = { width: 380, height: 300, left: 56, top: 44, gap: 64 } as const;
const RTT_MS = { least: 5, most: 500 } as const;
const TICKS_MS = [5, 10, 20, 40, 100, 200, 500];

export function drawPlot(results: readonly Result[]): string {
  const counts = [...new Set(results.map(({ nodes }) => nodes))].toSorted((a, b) => a - b);
  const width = PANEL.left + 2 * PANEL.width + PANEL.gap + 24;
  const height = PANEL.top + PANEL.height + 56 + 22 * Math.ceil(SHOWN.length / 2);
  const panels = [
    panel(0, "median round trip, ms", ({ medianMs }) => medianMs),
    panel(1, "95th percentile, ms", ({ p95Ms }) => p95Ms),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#24292f">
<title>Round trip by number of nodes, for each way of placing</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${panels.join("\n")}
${legend()}
</svg>
`;

  function panel(index: number, title: string, figureOf: (result: Result) => number): string {
    const left = PANEL.left + index * (PANEL.width + PANEL.gap);
    const x = (nodes: number) => left + PANEL.width * share(nodes, counts[0] ?? 1, counts.at(-1) ?? 1);
    const y = (rttMs: number) => PANEL.top + PANEL.height * (1 - share(Math.min(RTT_MS.most, Math.max(RTT_MS.least, rttMs)), RTT_MS.least, RTT_MS.most));
    const grid = TICKS_MS.map(
      (rttMs) =>
        `<path d="M${left} ${round(y(rttMs))}h${PANEL.width}" stroke="${rttMs === 40 ? "#cf222e" : "#d0d7de"}" stroke-dasharray="${rttMs === 40 ? "4 3" : "none"}"/><text x="${left - 6}" y="${round(y(rttMs) + 4)}" text-anchor="end">${rttMs}</text>`,
    );
    const axis = counts.map(
      (nodes) => `<text x="${round(x(nodes))}" y="${PANEL.top + PANEL.height + 18}" text-anchor="middle">${nodes.toLocaleString("en")}</text>`,
    );
    const lines = SHOWN.map(({ strategy, colour }) => {
      const points = counts.flatMap((nodes) => {
        const result = results.find((one) => one.strategy === strategy && one.nodes === nodes);
        return result ? [`${round(x(nodes))},${round(y(figureOf(result)))}`] : [];
      });
      const dots = points.map((point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="3" fill="${colour}"/>`);
      return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}`;
    });
    return `<text x="${left}" y="${PANEL.top - 16}" font-weight="600">${title}</text>
${grid.join("\n")}
${axis.join("\n")}
<text x="${left + PANEL.width / 2}" y="${PANEL.top + PANEL.height + 36}" text-anchor="middle">nodes</text>
${lines.join("\n")}`;
  }

  function legend(): string {
    return SHOWN.map(({ strategy, colour }, index) => {
      const left = PANEL.left + (index % 2) * (PANEL.width + PANEL.gap);
      const top = PANEL.top + PANEL.height + 58 + 22 * Math.floor(index / 2);
      return `<rect x="${left}" y="${top - 9}" width="18" height="4" fill="${colour}"/><text x="${left + 26}" y="${top - 3}">${STRATEGY_WORDS[strategy]}</text>`;
    }).join("\n");
  }
}

const share = (value: number, least: number, most: number): number => (Math.log(value) - Math.log(least)) / (Math.log(most) - Math.log(least));
const round = (value: number): number => Math.round(value * 10) / 10;
