// What is kept of checking, as the rest of the server sees it.

import type { CheckKind } from "@nearframe/shared/checking/observation";
import type { Fault } from "@nearframe/shared/checking/criteria";
import type { AfterService } from "../checking/after-service.ts";
import type { CheckedPlay, LeftForLater } from "../checking/checked-plays.ts";
import type { EpochEvent } from "../checking/epoch.ts";
import type { JudgedMinute, ReportedMinute } from "../checking/judge-minutes.ts";
import type { NodeStanding, Reporter } from "../checking/standing.ts";
import type { PlayedSession, WashedSession } from "../checking/wash.ts";

export type KeptVerdict = {
  epoch: number;
  taskId: string;
  nodeId: string;
  atMs: number;
  kind: "routine" | "penalty";
  check: CheckKind;
  outcome: "undecided" | "clear" | "faulty";
  faults: Fault[];
  /** Valid ones that it rests on. */
  reports: number;
  overturned: boolean;
};

/** So many of one node and kind that found the same on one day (UTC). */
export type CountedVerdicts = Pick<KeptVerdict, "nodeId" | "kind" | "faults"> & { count: number; /** Of them all, the mean. */ atMs: number };

export type ClosedEpoch = {
  epoch: number;
  endedAtMs: number;
  digest: string;
  /** The published set as JSON. */
  document: string;
  verdicts: readonly KeptVerdict[];
  standings: readonly NodeStanding[];
  reporters: readonly Reporter[];
  overturned: readonly { nodeId: string; taskId: string }[];
  /** Guests whose sessions were checks: those that are over are marked so, whoever forgot it meanwhile. */
  checkPlayerIds: readonly string[];
  plays: readonly CheckedPlay[];
};

export type EpochName = { epoch: number; digest: string; endedAtMs: number };

export interface CheckingStore {
  /** False if there is something at this place already: another server is the referee. */
  appendToEpoch(epoch: number, ordinal: number, events: readonly EpochEvent[]): Promise<boolean>;
  /** What was begun and not closed, oldest first, with its batches in order. */
  openEpochs(): Promise<{ epoch: number; batches: EpochEvent[][] }[]>;
  /** All or nothing, its journal included. False if the epoch has been closed before: then nothing is written. */
  closeEpoch(closed: ClosedEpoch): Promise<boolean>;
  findEpoch(epoch: number): Promise<string | undefined>;
  /** Newest first, those below `before`. */
  newestEpochs(count: number, before?: number): Promise<EpochName[]>;
  /** Of these nodes, or of all; oldest first, of too many the newest. */
  keptVerdicts(options: { nodeIds?: readonly string[]; sinceMs: number; newestMax: number }): Promise<KeptVerdict[]>;
  /**
   * What counts in scores (`checking/count-verdicts.ts`) of what was decided of these nodes since then, but not in these tasks.
   * By node, the oldest first.
   */
  countedVerdicts(options: { nodeIds: readonly string[]; sinceMs: number; withoutTaskIds: readonly string[] }): Promise<CountedVerdicts[]>;
  /** Of these nodes, and some of it between these times; oldest first. */
  checkedPlays(options: { nodeIds: readonly string[]; fromMs: number; untilMs: number; most: number }): Promise<CheckedPlay[]>;
  /** Of these nodes, or of all. */
  standings(nodeIds?: readonly string[]): Promise<NodeStanding[]>;
  saveStandings(standings: readonly NodeStanding[]): Promise<void>;
  reporters(reporterIds: readonly string[]): Promise<Reporter[]>;
  saveReporters(reporters: readonly Reporter[]): Promise<void>;
  /** Takes away what ended before `beforeMs`, and before `knocksBeforeMs` verdicts of liveness that found nothing. */
  trimChecking(options: { beforeMs: number; knocksBeforeMs: number }): Promise<void>;
}

export interface AfterServiceStore {
  /** Of those of these nodes that had sessions which ended since then; checks and what the host made up left out. Times only of sessions that ended since `timesSinceMs`. By node. */
  afterService(nodes: readonly { nodeId: string; timesSinceMs: number }[], sinceMs: number): Promise<AfterService[]>;
}

/** Minutes of play, by what they came to and whether the host can be held to it; weighed by whose word it was. */
export type PlayedMinutes = { nodeId: string; good: number; degradedByHost: number; badByHost: number };

export interface JudgedMinuteStore {
  /** Those that nobody has judged, oldest first, and without those that are left for later. */
  unjudgedMinutes(options: { beganBeforeMs: number; most: number; later?: LeftForLater | undefined }): Promise<ReportedMinute[]>;
  /** All that began then and have reports, judged or not. */
  reportedMinutes(options: { fromMs: number; untilMs: number; most: number }): Promise<ReportedMinute[]>;
  saveJudgements(judged: readonly JudgedMinute[]): Promise<void>;
  /** Of those nodes that have any; checkers' plays are not among them, nor what the host made up, nor what was nobody's or the player's doing. */
  playedMinutes(nodeIds: readonly string[], sinceMs: number): Promise<PlayedMinutes[]>;
}

export interface WashStore {
  /** What was told, and judged, of sessions on these nodes since then; checks left out. Newest first. */
  playedSessions(options: { nodeIds: readonly string[]; sinceMs: number; newestMax: number }): Promise<PlayedSession[]>;
  /** How long these players were metered on each node, in sessions that they asked for since then. */
  playedWhere(playerIds: readonly string[], sinceMs: number): Promise<{ playerId: string; nodeId: string; meteredMs: number }[]>;
  /** From then on they count neither for scores nor in the nodes' records. The first reasons stand. */
  markWash(sessions: readonly WashedSession[]): Promise<void>;
  /**
   * They count again, and the standings that follow from which of them had been marked are kept with that: both or
   * neither, so that who goes on where another stopped finds the marks, or what became of them. Those standings.
   */
  liftWash(sessionIds: readonly string[], standingsAfter: (lifted: readonly string[]) => NodeStanding[]): Promise<NodeStanding[]>;
}
