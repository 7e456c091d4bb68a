// Nodes that nobody here knows yet, and that hold sessions of the last server process: each
// is waited for as if its link had just died.

import type { Clock } from "@nearframe/shared/clock";
import { NODE_GRACE_MS } from "./limits.ts";

export type AwaitedNodes = ReturnType<typeof createAwaitedNodes>;

export function createAwaitedNodes(clock: Clock) {
  const awaited = new Map<string, { readonly sessionIds: Set<string>; readonly untilMs: number }>();
  return {
    expect(nodeId: string, sessionId: string): void {
      const waiting = awaited.get(nodeId) ?? { sessionIds: new Set(), untilMs: clock.monotonicMs() + NODE_GRACE_MS };
      waiting.sessionIds.add(sessionId);
      awaited.set(nodeId, waiting);
    },
    /** It may have been waited for in vain. */
    dropSession: (nodeId: string, sessionId: string): void => void awaited.get(nodeId)?.sessionIds.delete(sessionId),
    /** The node has come: with the sessions that it was waited for with. */
    take(nodeId: string): Iterable<string> {
      const sessionIds = awaited.get(nodeId)?.sessionIds ?? [];
      awaited.delete(nodeId);
      return sessionIds;
    },
    /** Those for whom it is too late. */
    takeOverdue(): string[] {
      const nowMs = clock.monotonicMs();
      const overdue = [...awaited].filter(([, { untilMs }]) => nowMs >= untilMs).map(([nodeId]) => nodeId);
      for (const nodeId of overdue) awaited.delete(nodeId);
      return overdue;
    },
  };
}
