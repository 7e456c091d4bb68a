// A play that begins with the tap, before its page is there: until the page has come in, with its
// movement, a tenth of a second and more is gone, most on the phones that are slow anyway.

import { Scope } from "@nearframe/shared/lifetime";
import type { Timers } from "../timers.ts";
import type { Play } from "./play.ts";

/** A page that has not come by then never will: nobody would be there to leave the session. */
export const UNTAKEN_MS = 5_000;

export interface PlayAhead {
  /** In place of one that nobody has taken yet. */
  begin(titleId: string, create: (scope: Scope) => Play): void;
  /** Whose it is from now on: it ends with `scope`. Undefined where none of this title was begun. */
  take(titleId: string, scope: Scope): Play | undefined;
}

export function createPlayAhead(timers: Pick<Timers, "after">): PlayAhead {
  let begun: { titleId: string; play: Play; scope: Scope; stopWaiting: () => void } | undefined;

  function drop(why: string): void {
    begun?.stopWaiting();
    void begun?.scope.close(why);
    begun = undefined;
  }

  return {
    begin(titleId, create) {
      drop("another title was tapped");
      const scope = new Scope();
      begun = { titleId, play: create(scope), scope, stopWaiting: timers.after(UNTAKEN_MS, () => drop("the page never came")) };
    },
    take(titleId, scope) {
      if (begun?.titleId !== titleId) {
        drop("another title is played");
        return undefined;
      }
      const { play, scope: owned, stopWaiting } = begun;
      begun = undefined;
      stopWaiting();
      scope.own(owned, (mine) => mine.close("the page was left"));
      return play;
    },
  };
}
