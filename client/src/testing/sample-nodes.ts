// Nodes of a scoreboard, for tests and the fixture page.

import type { CheckedNode, CheckedNodeDetail } from "@nearframe/shared/api/checking";

const DAY = 20_787;
const AT_MS = Date.UTC(2026, 10, 30, 9, 41);

type Sample = { id: string; name: string; at: [latitude: number, longitude: number]; country: string; region: string; overall?: number };

export function sampleNode({ id, name, at, country, region, overall }: Sample, more: Partial<CheckedNode> = {}): CheckedNode {
  const parts = (value: number) => ({ overall: value, performance: Math.min(1, value + 0.06), reliability: Math.min(1, value + 0.03), honesty: 1 });
  return {
    id, name, state: "standby",
    place: { latitude: at[0], longitude: at[1], country, region },
    ...(overall === undefined ? {} : { score: { ...parts(overall), reasons: overall < 0.8 ? ["14 of 212 minutes were less than good by the host's doing"] : [], atMs: AT_MS } }),
    trend: overall === undefined ? [] : Array.from({ length: 24 }, (_, i) => ({ day: DAY - 23 + i, ...parts(Math.max(0, overall - 0.09 * Math.abs(Math.sin(i * 0.7)))) })),
    ...more,
  };
}

const quarantine = { fault: "nonce-missed", reason: "9 of 11 checkers asked for a sign in the picture and did not see it in time.", sinceMs: AT_MS - 86_400_000, epoch: 1_981_210, taskId: "t9", clears: 2, clearsNeeded: 5 } as const;

export const sampleNodes: readonly CheckedNode[] = [
  sampleNode({ id: "n1", name: "frankfurt-a", at: [50.1, 8.7], country: "DE", region: "Hesse", overall: 0.96 }, { state: "rendering" }),
  sampleNode({ id: "n2", name: "osaka-rack-3", at: [34.7, 135.5], country: "JP", region: "", overall: 0.91 }),
  sampleNode({ id: "n3", name: "living-room-box", at: [40.4, -3.7], country: "ES", region: "Madrid", overall: 0.68 }),
  sampleNode({ id: "n4", name: "sao-paulo-1", at: [-23.5, -46.6], country: "BR", region: "", overall: 0.88 }, { state: "preparing" }),
  sampleNode({ id: "n5", name: "ohio-7", at: [40, -83], country: "US", region: "Ohio", overall: 0.21 }, { state: "quarantined", quarantine, appeal: { atMs: AT_MS, state: "asked" } }),
  sampleNode({ id: "n6", name: "lagos-new", at: [6.5, 3.4], country: "NG", region: "" }, { state: "checking" }),
  sampleNode({ id: "n7", name: "sydney-2", at: [-33.9, 151.2], country: "AU", region: "", overall: 0.83 }, { state: "offline" }),
];

export function sampleDetail(node: CheckedNode): CheckedNodeDetail {
  const verdict = { kind: "routine", outcome: "clear", faults: [] as [], reports: 5, overturned: false } as const;
  return {
    node,
    verdicts: [
      { ...verdict, epoch: 1_981_230, taskId: "a", atMs: AT_MS, check: "simulated-player" },
      { ...verdict, epoch: 1_981_228, taskId: "b", atMs: AT_MS - 1_800_000, check: "simulated-player", outcome: "faulty", faults: ["few-frames", "late-response"] },
      { ...verdict, epoch: 1_981_220, taskId: "c", atMs: AT_MS - 7_200_000, check: "capacity" },
      { ...verdict, epoch: 1_981_210, taskId: "t9", atMs: AT_MS - 86_400_000, check: "simulated-player", kind: "penalty", reports: 11, outcome: "faulty", faults: ["nonce-missed"], overturned: true },
    ],
    toFix: [
      { fault: "few-frames", times: 6, lastAtMs: AT_MS, advice: "Pictures come slower than the title draws them. Offer fewer slots, or give the node more cores." },
      { fault: "late-response", times: 2, lastAtMs: AT_MS, advice: "What players press is answered late. Look for other work on this machine." },
    ],
    suspicions: [],
  };
}
