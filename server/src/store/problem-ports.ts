// What players reported, for whoever looks into it.

import type { ProblemReport } from "@nearframe/shared/api/problem";

export type ProblemRecord = { id: string; playerId: string; atMs: number; report: ProblemReport };

export type ProblemLimits = {
  /** Of one player, newer than `sinceMs`. */
  perPlayerMax: number;
  sinceMs: number;
  /** Of all players: the oldest make room. */
  rowsMax: number;
};

export interface ProblemStore {
  /**
   * "too-many" where the player has reported as often as the limit says; nothing is written then.
   * "taken" where there is a report of this id already.
   */
  saveProblem(record: ProblemRecord, limits: ProblemLimits): Promise<"saved" | "too-many" | "taken">;
  findProblem(id: string): Promise<ProblemRecord | undefined>;
  /** Newest first. */
  newestProblems(countMax: number): Promise<ProblemRecord[]>;
}
