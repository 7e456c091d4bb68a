// What a person reads when everything runs. Pure.

import type { Addresses } from "./addresses.ts";

export type Summary = {
  addresses: Addresses;
  titleNames: readonly string[];
  /** What does not work here, and why; sentences. */
  notices: readonly string[];
  nodeCount: number;
  startedInMs: number;
};

export function formatSummary({ addresses, titleNames, notices, nodeCount, startedInMs }: Summary): string {
  const rows = [
    ["Play at", addresses.here],
    ...addresses.network.map((address, index) => [index === 0 ? "On your network" : "", address]),
    ["Titles", titleNames.length > 0 ? titleNames.join(", ") : "none was found"],
    ...notices.map((notice, index) => [index === 0 ? "Good to know" : "", notice]),
  ];
  const width = Math.max(...rows.map(([label = ""]) => label.length));
  const nodes = nodeCount === 1 ? "one edge node" : `${nodeCount} edge nodes`;
  return [
    "",
    `Nearframe is ready: a server and ${nodes}, in ${(startedInMs / 1000).toFixed(1)} s.`,
    "",
    ...rows.map(([label = "", text]) => `  ${label.padEnd(width)}  ${text}`),
    "",
    "Ctrl-C ends it.",
  ].join("\n");
}
