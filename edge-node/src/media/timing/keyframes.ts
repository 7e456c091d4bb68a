// When does a request for a keyframe become one? At once, unless one has just been
// sent: players who join together, or all lose the same packet, share one.

/** A request so soon after a keyframe waits for the rest of this; it is never forgotten, as its sender may have come after. */
export const KEYFRAME_INTERVAL_MS_MIN = 100;

export type Keyframes = { lastAtMs: number | undefined; dueAtMs: number | undefined };

export const noKeyframes: Keyframes = { lastAtMs: undefined, dueAtMs: undefined };

export function requestKeyframe(keyframes: Keyframes, nowMs: number): Keyframes {
  if (keyframes.dueAtMs !== undefined) return keyframes;
  const earliestAtMs = keyframes.lastAtMs === undefined ? nowMs : keyframes.lastAtMs + KEYFRAME_INTERVAL_MS_MIN;
  return { ...keyframes, dueAtMs: Math.max(nowMs, earliestAtMs) };
}

export function keyframeDue(keyframes: Keyframes, nowMs: number): boolean {
  return keyframes.dueAtMs !== undefined && nowMs >= keyframes.dueAtMs;
}

/** A keyframe left. It answers every request made before it was encoded. */
export function keyframeSent(atMs: number): Keyframes {
  return { lastAtMs: atMs, dueAtMs: undefined };
}
