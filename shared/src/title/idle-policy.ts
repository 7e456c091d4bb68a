// How long a title waits for a player who is away before it is paused, and then ended.

import type { TitleManifest } from "./manifest.ts";

export type IdlePolicy = {
  /** Seconds after which it is paused; undefined: never. */
  droppedS: number | undefined;
  hiddenS: number | undefined;
  untouchedS: number | undefined;
  /** Seconds that it stays paused before the session ends. */
  endsAfterS: number;
};

/** A reload or a change of network is over by then. */
export const DROPPED_S = 5;
/** Whoever looks something up is back by then. */
export const HIDDEN_S = 60;
/** Longer than scenes that one only watches. */
export const UNTOUCHED_S = 20 * 60;
export const PAUSED_S_MAX = 30 * 60;

/** What the publisher wrote, and our own numbers for the rest. */
export function idlePolicyOf({ idle }: Pick<TitleManifest, "idle">): IdlePolicy {
  if (idle?.pauses === false) {
    return { droppedS: undefined, hiddenS: undefined, untouchedS: undefined, endsAfterS: idle.endsAfterS ?? PAUSED_S_MAX };
  }
  return {
    droppedS: DROPPED_S,
    hiddenS: idle?.hiddenS ?? HIDDEN_S,
    untouchedS: idle?.untouchedS ?? UNTOUCHED_S,
    endsAfterS: idle?.endsAfterS ?? PAUSED_S_MAX,
  };
}
