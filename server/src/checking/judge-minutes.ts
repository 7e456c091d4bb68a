// Whose doing the bad minutes of a while were: each is held against what others had at the
// same time. Pure.

import { attributeMinute, BAD_MOS, type Attribution, type Blame, type Surroundings } from "@nearframe/shared/checking/attribute";
import { fuseMinute, type MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import { LIMITS } from "@nearframe/shared/checking/criteria";
import { UNKNOWN_NETWORK } from "../peers/network-of.ts";
import { MINUTE_MS } from "../telemetry/limits.ts";
import type { MinuteFlag } from "../telemetry/flag-minute.ts";
import type { CheckedPlay } from "./checked-plays.ts";

export type ReportedMinute = {
  sessionId: string;
  nodeId: string;
  minute: number;
  beganAtMs: number;
  mos: number;
  frameLossPercent: number;
  flags: readonly MinuteFlag[];
  reports: MinuteReports;
};

export type JudgedMinute = { sessionId: string; minute: number; blame: Blame; evidence: string[]; /** How much it counts for or against the host. */ weight: number };

/** What checkers saw of a node's line lately. */
export type CheckedLine = { reports: number; lossy: boolean };

export type JudgeContext = {
  /** Checkers' plays on these nodes at about that time. */
  plays: readonly CheckedPlay[];
  /** All that were told of at about that time, those to be judged included. */
  around: readonly ReportedMinute[];
  weightOf(reporterId: string): number;
  checkedLine(nodeId: string): CheckedLine | undefined;
};

export type Judged = { minutes: JudgedMinute[]; agreements: { reporterId: string; agreed: boolean }[] };

/** Two minutes of different sessions never begin at once; half of each must lie in the other. */
const SAME_TIME_MS = 30_000;
/** A word that weighs as much as a newcomer's counts in full. */
const FULL_WEIGHT = 0.25;

export function judgeMinutes(minutes: readonly ReportedMinute[], context: JudgeContext): Judged {
  const byNode = Map.groupBy(context.around, ({ nodeId }) => nodeId);
  const playsByNode = Map.groupBy(context.plays, ({ nodeId }) => nodeId);
  const byNetwork = Map.groupBy(context.around, ({ reports }) => reports.networkId);
  const judged: JudgedMinute[] = [];
  const agreements: Judged["agreements"] = [];
  for (const each of minutes) {
    const { sessionId, minute, nodeId, reports, mos, frameLossPercent, flags } = each;
    const playerWeight = context.weightOf(reports.playerId);
    const plays = (playsByNode.get(nodeId) ?? []).filter((play) => overlaps(each, play));
    const checkers = plays.map(({ checkerId, fpsShare, lossShare }) => ({ fpsShare, lossShare, weight: context.weightOf(checkerId) }));
    const view = fuseMinute(reports, { mos, frameLossPercent }, { player: playerWeight, node: context.weightOf(nodeId) }, checkers);
    const attribution: Attribution = attributeMinute(view, surroundings(each, byNode, byNetwork, plays, context));
    const { blame, evidence } = attribution;
    const byHost = blame === "rig" || blame === "host-uplink";
    const witnesses = byHost && plays.length > 0 ? [`plays of checkers on the node at that time: ${plays.length}`] : [];
    judged.push({ sessionId, minute, blame, evidence: [...evidence, ...witnesses], weight: Math.min(1, playerWeight / FULL_WEIGHT) });
    // Who of the two is wrong one minute can't tell; who is wrong in all of theirs is known after a while.
    if (!reports.check) agreements.push({ reporterId: reports.playerId, agreed: flags.length === 0 });
    agreements.push({ reporterId: nodeId, agreed: flags.length === 0 });
  }
  return { minutes: judged, agreements };
}

type Groups = ReadonlyMap<string, readonly ReportedMinute[]>;

function surroundings(minute: ReportedMinute, byNode: Groups, byNetwork: Groups, plays: readonly CheckedPlay[], { checkedLine }: JudgeContext): Surroundings {
  const { nodeId, reports: { networkId, playerId } } = minute;
  const known = networkId !== UNKNOWN_NETWORK;
  const onNode = (byNode.get(nodeId) ?? []).filter((other) => atTheTime(minute, other) && other.reports.playerId !== playerId && other.reports.networkId !== networkId);
  const onAccess = known ? (byNetwork.get(networkId) ?? []).filter((other) => atTheTime(minute, other) && other.nodeId !== nodeId && other.reports.playerId !== playerId) : [];
  // The same person at the same time on another node, as when a session moved.
  const elsewhere = (byNetwork.get(networkId) ?? []).filter((other) => other.reports.playerId === playerId && other.nodeId !== nodeId && atTheTime(minute, other));
  const checked = checkedLine(nodeId);
  // Who was there at that time knows better than who was there lately.
  const byCheckers = plays.length > 0 ? { count: plays.length, bad: plays.filter(({ lossShare }) => lossShare > LIMITS.pathLossShare).length } : checked ? { count: checked.reports, bad: checked.lossy ? checked.reports : 0 } : { count: 0, bad: 0 };
  const players = countBad(onNode);
  return {
    othersOnNode: { count: players.count + byCheckers.count, bad: players.bad + byCheckers.bad },
    otherPathsLossShare: elsewhere.length > 0 ? Math.max(...elsewhere.map(({ reports }) => reports.player.lossShare)) : undefined,
    othersOnAccess: countBad(onAccess),
  };
}

const atTheTime = (a: ReportedMinute, b: ReportedMinute): boolean => Math.abs(a.beganAtMs - b.beganAtMs) <= SAME_TIME_MS;

const overlaps = ({ beganAtMs }: ReportedMinute, play: CheckedPlay): boolean => play.beganAtMs < beganAtMs + MINUTE_MS && play.endedAtMs > beganAtMs;

/** Each player once, however many sessions they have. */
function countBad(minutes: readonly ReportedMinute[]): { count: number; bad: number } {
  const byPlayer = Map.groupBy(minutes, ({ reports }) => reports.playerId);
  const bad = [...byPlayer.values()].filter((own) => own.some(({ mos }) => mos < BAD_MOS)).length;
  return { count: byPlayer.size, bad };
}
