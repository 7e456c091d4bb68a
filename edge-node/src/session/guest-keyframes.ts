// When does what guests ask for become a keyframe? A keyframe costs the player bits, so guests get
// few: those who come together share one, and one whose network keeps losing packets is served
// ever more rarely. The player's own requests don't pass here. Pure.

/** Who comes within so long of the first shares the keyframe; nobody notices it beside the time that connecting takes. */
export const GATHER_MS = 120;
/** Between two keyframes for guests. Doubles while they go on asking, up to the limit. */
export const GAP_MS_MIN = 2_000;
export const GAP_MS_MAX = 32_000;

export type GuestKeyframes = {
  readonly dueAtMs: number | undefined;
  /** The last one that left, whoever wanted it. */
  readonly lastAtMs: number | undefined;
  readonly gapMs: number;
};

export const noGuestKeyframes: GuestKeyframes = { dueAtMs: undefined, lastAtMs: undefined, gapMs: GAP_MS_MIN };

export function keyframeWanted(keyframes: GuestKeyframes, nowMs: number): GuestKeyframes {
  const { dueAtMs, lastAtMs, gapMs } = keyframes;
  if (dueAtMs !== undefined) return keyframes;
  if (lastAtMs === undefined) return { ...keyframes, dueAtMs: nowMs + GATHER_MS };
  // Quiet for long enough: that one is forgiven what it asked for before.
  const gap = nowMs - lastAtMs > 2 * gapMs ? GAP_MS_MIN : gapMs;
  return { ...keyframes, gapMs: gap, dueAtMs: Math.max(nowMs + GATHER_MS, lastAtMs + gap) };
}

/** Who has just come must not wait because of another's network. */
export function guestCame(keyframes: GuestKeyframes): GuestKeyframes {
  return { ...keyframes, gapMs: GAP_MS_MIN, dueAtMs: undefined };
}

/** It is asked for; the gap to the next one for guests has grown. */
export function keyframeAsked(keyframes: GuestKeyframes, nowMs: number): GuestKeyframes {
  return { dueAtMs: undefined, lastAtMs: nowMs, gapMs: Math.min(2 * keyframes.gapMs, GAP_MS_MAX) };
}

/** One left that somebody else wanted: it serves the guests as well. */
export function keyframeLeft(keyframes: GuestKeyframes, nowMs: number): GuestKeyframes {
  return keyframes.dueAtMs === undefined ? keyframes : { ...keyframes, dueAtMs: undefined, lastAtMs: nowMs };
}
