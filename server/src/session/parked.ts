// Messages for a session whose owner is gone, until the next one has it. Bounded
// in number and in time: a session that nobody takes over has no use for them.

import type { Scope } from "@nearframe/shared/lifetime";
import { PARKED_MAX, PARKED_MS } from "./limits.ts";

type Parked = { deliver(): void; giveUp(): void };

export function createParked(scope: Scope) {
  const waiting = new Map<string, Parked[]>();
  const timers = new Map<string, NodeJS.Timeout>();
  let count = 0;
  scope.own(timers, () => {
    for (const timer of timers.values()) clearTimeout(timer);
  });

  function park(sessionId: string, parked: Parked): void {
    if (count >= PARKED_MAX || scope.closed) return parked.giveUp();
    count++;
    const list = waiting.get(sessionId) ?? [];
    waiting.set(sessionId, list);
    list.push(parked);
    if (timers.has(sessionId)) return;
    timers.set(sessionId, setTimeout(() => take(sessionId).forEach(({ giveUp }) => giveUp()), PARKED_MS));
  }

  function take(sessionId: string): Parked[] {
    const list = waiting.get(sessionId) ?? [];
    waiting.delete(sessionId);
    clearTimeout(timers.get(sessionId));
    timers.delete(sessionId);
    count -= list.length;
    return list;
  }

  return {
    park,
    /** The session can be reached again. */
    release: (sessionId: string): void => take(sessionId).forEach(({ deliver }) => deliver()),
  };
}
