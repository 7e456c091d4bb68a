// Words that a session hangs on, said to its owner at another process. That may have died a
// moment ago, which is noticed after seconds; so a copy stays here until it is seen what came of
// the word, and whoever owns the session next is told again. Other words need none: what
// players and nodes say every second, or say anew to a new owner, makes itself good.
//
// An owner may have heard the first time and died after that: a word kept here MUST do no
// harm when it is heard twice. Bounded in number, for each speaker of a session and in all, and in time; the oldest go first.

import { PARKED_MAX, PARKED_MS, UNHEARD_PER_SPEAKER_MAX } from "./limits.ts";

export type Word = {
  readonly sessionId: string;
  /** Whose it is: a socket, a player or a node. A friend who says much drives out nothing of the player's. */
  readonly by: string;
  /** What takes it back: any answer to the player, the answer that names it, or only the session's end. */
  readonly until: "answered" | "named" | "over";
  /** By which an answer to the same speaker may name it. */
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
      const before = bySession.get(word.sessionId) ?? [];
      const own = before.filter((kept) => kept.word.by === word.by);
      const rest = own.length < UNHEARD_PER_SPEAKER_MAX ? before : before.filter((kept) => kept !== own[0]);
      replace(word.sessionId, [...rest, { word, saidAtMs: nowMs() }]);
    },
    /** The player has heard something of the session that makes good for what was asked. */
    answered(sessionId: string): void {
      const kept = bySession.get(sessionId);
      if (kept) replace(sessionId, kept.filter(({ word }) => word.until !== "answered"));
    },
    answeredRequest(by: string, requestId: string): void {
      const isIt = ({ word }: Kept): boolean => word.by === by && word.requestId === requestId;
      for (const [sessionId, kept] of [...bySession]) if (kept.some(isIt)) replace(sessionId, kept.filter((each) => !isIt(each)));
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
