// A choice in a person's words: for logs, for a host who asks, for a player's overlay.

import type { NodeRecord } from "../nodes/node-record.ts";
import type { ChosenBecause, PlacementPolicy, RttSource, ScoreTerms } from "./need.ts";

const BECAUSE: Readonly<Record<ChosenBecause, string>> = {
  "best-score": "No other node scores higher.",
  "warm-copy": "As good as the best, and the title is started there already.",
  "drawn-among-equals": "Drawn among the nodes that are as good as the best.",
  "little-known": "One draw in ten goes to a node with few sessions, and this was one.",
  "other-path": "The best on another path than those before it.",
  "next-best": "The next best.",
};

const SOURCE: Readonly<Record<RttSource, string>> = {
  measured: "measured on a media path",
  vectors: "by the probe points that both ends have measured",
  distance: "by distance",
  unknown: "assumed, because nobody knows where it is",
};

export function explain(because: ChosenBecause, terms: ScoreTerms, record: NodeRecord, policy: PlacementPolicy): string[] {
  const { sessionsEnded, sessionsFailedByHost } = record.record;
  const reasons = [
    BECAUSE[because],
    `Round trip about ${terms.rttMs.toFixed(1)} ms, ${SOURCE[terms.rttSource]}; with ${terms.captureEncodeMs.toFixed(1)} ms of capture and encoding, an opinion score of ${terms.mos.toFixed(2)}.`,
    `${sessionsEnded} sessions ended, ${sessionsFailedByHost} by the host's fault: ${(terms.reliability * 100).toFixed(1)} % sure to end well.`,
  ];
  if (policy !== "best-experience") reasons.push(`Asks ${record.feePerHourMicros} an hour: ${(terms.price * 100).toFixed(0)} of 100 for its price.`);
  if (terms.titleWarm && because !== "warm-copy") reasons.push("The title is started there already.");
  if (!terms.titlePresent) reasons.push("It has to fetch the title first.");
  return reasons;
}
