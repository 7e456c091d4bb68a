// What is kept of nodes, as the rest of the server sees it.

/** To be added to what is kept of a node for one day. */
export type NodeDay = {
  nodeId: string;
  atMs: number;
  linkedMs: number;
  sessionsEnded: number;
  sessionsFailedByHost: number;
};

/** Over the days that are kept. */
export type NodeTotals = {
  nodeId: string;
  firstHeardAtMs: number;
  linkedMs: number;
  sessionsEnded: number;
  sessionsFailedByHost: number;
  /** Of the days since `recentSinceMs`. */
  sessionsRecent: number;
};

export interface NodeStore {
  /** All or nothing. The day is UTC's of `atMs`. A node MAY be named several times. */
  addNodeDays(days: readonly NodeDay[]): Promise<void>;
  /** Of those that are known. */
  nodeTotals(nodeIds: readonly string[], since: { sinceMs: number; recentSinceMs: number }): Promise<NodeTotals[]>;
  /** Takes away whole days before this one, and returns how many rows went. */
  trimNodeDays(beforeMs: number): Promise<number>;
}
