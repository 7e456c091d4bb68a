// Words that a session hangs on, said to its owner at another process. That may have died a
// moment ago, which is noticed after seconds; so a copy stays here until it is seen what came of
// the word, and whoever owns the session next is told again. Other words need none: what
// players and nodes say every second, or say anew to a new owner, makes itself good.
//
// An owner may have heard the first time and died after that: a word kept here MUST do no
// harm when it is heard twice. Bounded in number, for each session and in all, and in time; the oldest go first.

import { PARKED_MAX, PARKED_MS, UNHEARD_PER_SESSION_MAX } from "./limits.ts";

export type Word = {
  readonly sessionId: string;
  /** What takes it back: any answer to the player, or only the session's end. */
  readonly until: "answered" | "over";
  /** By which an answer may name it. */
  readonly requestId?: string | undefined;
  /** To the present owner, whoever that is by now. MAY be kept again. */
  again(): void;
};
type Kept = { readonly word: Word; readonly saidAtMs: number };

export type Unheard = ReturnType<typeof createUnheard>;

export function createUnheard(nowMs: () => number) {
  /** The session that has waited longest first. */
  const bySession = new Map<string, readonly Kept[]>();
  let count = 0;

  const isFresh = ({ saidAtMs }: Kept): boolean => nowMs() - saidAtMs < PARKED_MS;

  function replace(sessionId: string, kept: readonly Kept[]): void {
    count += kept.length - (bySession.get(sessionId)?.length ?? 0);
    bySession.delete(sessionId);
    if (kept.length > 0) bySession.set(sessionId, kept);
  }

  function makeRoom(): void {
    for (const [sessionId, kept] of bySession) {
      const full = count >= PARKED_MAX;
      if (!full && kept.every(isFresh)) return;
      replace(sessionId, full ? [] : kept.filter(isFresh));
    }
  }

  return {
    keep(word: Word): void {
      makeRoom();
      replace(word.sessionId, [...(bySession.get(word.sessionId) ?? []), { word, saidAtMs: nowMs() }].slice(-UNHEARD_PER_SESSION_MAX));
    },
    /** The player has heard something of the session that makes good for what was asked. */
    answered(sessionId: string): void {
      const kept = bySession.get(sessionId);
      if (kept) replace(sessionId, kept.filter(({ word }) => word.until === "over"));
    },
    answeredRequest(requestId: string): void {
      for (const [sessionId, kept] of bySession) {
        if (kept.some(({ word }) => word.requestId === requestId)) replace(sessionId, kept.filter(({ word }) => word.requestId !== requestId));
      }
    },
    /** Nobody has the session any more. */
    over: (sessionId: string): void => replace(sessionId, []),
    /** The session has another owner. */
    tellAgain(sessionId: string): void {
      const kept = bySession.get(sessionId)?.filter(isFresh) ?? [];
      replace(sessionId, []);
      for (const { word } of kept) word.again();
    },
    get count(): number {
      return count;
    },
  };
}
