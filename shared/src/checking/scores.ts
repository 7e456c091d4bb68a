// A node's scores, each with what it follows from. Pure.
//
// performance   how good the minutes were that its host can be held to
// reliability   how surely a session that begins there goes on: ends by the host, and uptime
// honesty       verdicts that found what neither load nor network explains

import type { Blame } from "./attribute.ts";
import { bearerOf, type EndReason } from "../session/end-reasons.ts";
import { FAULTS, type Fault } from "./criteria.ts";

export type MinuteOutcome = { mos: number; blame: Blame };

export type NodeHistory = {
  /** Of the last 30 days. */
  minutes: { good: number; degradedByHost: number; badByHost: number };
  /** `ends`: how those that ended there did; not those that went on elsewhere. */
  sessions: { ended: number; failedByHost: number; ends?: Partial<Record<EndReason, number>> | undefined };
  /** The mean over players of what each gave, of five stars. */
  ratings?: { players: number; meanStars: number } | undefined;
  uptimeShare: number;
  /** Decided ones, newest last; `count` of them that found the same at about that time, one if it is left out. */
  verdicts: readonly { atMs: number; faults: readonly Fault[]; kind: "routine" | "penalty"; count?: number | undefined }[];
};

export type NodeScore = {
  /** Each 0..1. */
  performance: number;
  reliability: number;
  honesty: number;
  /** Their product: a node that lacks one has little use for the others. */
  overall: number;
  reasons: string[];
};

/** Of a node that nobody knows: placed now and then, so that it becomes known. */
export const UNKNOWN_SCORE = 0.5;

const DAY_MS = 24 * 3_600_000;
const VERDICT_HALF_LIFE_MS = 7 * DAY_MS;
/** What is left of honesty after one confirmed penalty, until it heals. */
const PENALTY_FACTOR = 0.2;
const PERFORMANCE_WEIGHT = 0.5;
/** Anybody can make players up and let them rate: it moves little, and only where it takes many. */
const RATERS_MIN = 20;
const RATING_WEIGHT = 0.05;
/** As many clear verdicts as outweigh one that found a fault. */
const CLEAR_PER_FAULT = 4;

/** Lower bound of a share at 95 %, Wilson 1927: few observations say little. */
export function wilsonLower(successes: number, count: number): number {
  if (count <= 0) return 0;
  const z = 1.96;
  const share = successes / count;
  const middle = share + (z * z) / (2 * count);
  const margin = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * count)) / count);
  return Math.max(0, (middle - margin) / (1 + (z * z) / count));
}

export function scoreNode(history: NodeHistory, nowMs: number): NodeScore {
  const reasons: string[] = [];
  const performance = scorePerformance(history, nowMs, reasons);
  const reliability = scoreReliability(history, reasons);
  const honesty = scoreHonesty(history, nowMs, reasons);
  return { performance, reliability, honesty, overall: performance * reliability * honesty, reasons };
}

function scorePerformance({ minutes, verdicts, ratings }: NodeHistory, nowMs: number, reasons: string[]): number {
  const { good, degradedByHost, badByHost } = minutes;
  const count = good + degradedByHost + badByHost;
  const checked = weigh(verdicts.filter(({ kind }) => kind === "routine"), nowMs, "performance");
  if (count === 0 && checked.total === 0) {
    reasons.push("nobody has played or checked here yet");
    return UNKNOWN_SCORE;
  }
  const played = count === 0 ? UNKNOWN_SCORE : wilsonLower(good + 0.5 * degradedByHost, count);
  const seen = checked.total === 0 ? UNKNOWN_SCORE : (checked.clear + 1) / (checked.clear + CLEAR_PER_FAULT * checked.faulty + 1);
  if (badByHost + degradedByHost > 0) reasons.push(`${badByHost + degradedByHost} of ${count} minutes were less than good by the host's doing`);
  if (checked.faulty > 0.1) reasons.push(`checks found: ${checked.faults.join(", ")}`);
  const measured = count === 0 ? seen : checked.total === 0 ? played : PERFORMANCE_WEIGHT * played + (1 - PERFORMANCE_WEIGHT) * seen;
  if (!ratings || ratings.players < RATERS_MIN) return measured;
  reasons.push(`${ratings.players} players gave it ${ratings.meanStars.toFixed(1)} of 5 stars in the mean`);
  return (1 - RATING_WEIGHT) * measured + (RATING_WEIGHT * (ratings.meanStars - 1)) / 4;
}

function scoreReliability({ sessions, uptimeShare }: NodeHistory, reasons: string[]): number {
  const { ended, failedByHost, ends = {} } = sessions;
  if (failedByHost > 0) reasons.push(`${failedByHost} of ${ended} sessions ended by the host's doing${describeEnds(ends)}`);
  if (uptimeShare < 0.99) reasons.push(`up ${(uptimeShare * 100).toFixed(1)} % of the month; 99 % is asked for`);
  // A newcomer's few sessions must not look like failures.
  const share = ended === 0 ? UNKNOWN_SCORE + 0.25 : Math.max(wilsonLower(ended - failedByHost, ended), failedByHost === 0 ? UNKNOWN_SCORE : 0);
  return share * Math.min(1, uptimeShare / 0.99);
}

/** The most frequent first. */
function describeEnds(ends: Partial<Record<EndReason, number>>): string {
  const byHost = (Object.entries(ends) as [EndReason, number][]).filter(([reason]) => bearerOf(reason) === "host").toSorted(([, a], [, b]) => b - a);
  return byHost.length > 0 ? `: ${byHost.map(([reason, count]) => `${count} ${reason}`).join(", ")}` : "";
}

function scoreHonesty({ verdicts }: NodeHistory, nowMs: number, reasons: string[]): number {
  const penalties = verdicts.filter(({ kind, faults }) => kind === "penalty" && faults.length > 0);
  let honesty = 1;
  for (const { atMs, faults, count = 1 } of penalties) {
    const left = 0.5 ** (Math.max(0, nowMs - atMs) / VERDICT_HALF_LIFE_MS);
    honesty *= (1 - (1 - PENALTY_FACTOR) * left) ** count;
    reasons.push(`confirmed by a penalty committee: ${faults.join(", ")}`);
  }
  const routine = weigh(verdicts.filter(({ kind }) => kind === "routine"), nowMs, "honesty");
  if (routine.faulty > 0.1) {
    honesty *= (routine.clear + 1) / (routine.clear + routine.faulty + 1);
    reasons.push(`found, not yet confirmed: ${routine.faults.join(", ")}`);
  }
  return honesty;
}

function weigh(verdicts: NodeHistory["verdicts"], nowMs: number, kind: "performance" | "honesty") {
  let clear = 0;
  let faulty = 0;
  const faults = new Set<Fault>();
  for (const verdict of verdicts) {
    const weight = (verdict.count ?? 1) * 0.5 ** (Math.max(0, nowMs - verdict.atMs) / VERDICT_HALF_LIFE_MS);
    const found = verdict.faults.filter((fault) => FAULTS[fault] === kind);
    if (found.length > 0) faulty += weight;
    else clear += weight;
    for (const fault of found) faults.add(fault);
  }
  return { clear, faulty, total: clear + faulty, faults: [...faults].toSorted() };
}
