// What sessions need to know of the cluster's processes: who lives, and in which
// order they stand to serve a request.

export interface SessionServers {
  readonly serverId: string;
  isAlive(serverId: string): boolean;
  /** Living processes, this one included, in the order in which they serve this request; anyone can check it. */
  rank(requestId: string, playerId: string): readonly string[];
}
