// When is another bitrate worth a keyframe? For encoders that begin anew with every
// change of it. A link that carries less must be obeyed; one that carries more can
// wait; and what the next second takes back was not worth it.

/** A change is measured as a share of what the encoder runs at. */
const SHARE_URGENT = 0.2;
const SHARE_WORTHWHILE = 0.05;

/** Between any two changes: one keyframe must have left before the next is made. */
export const FALL_INTERVAL_MS = 250;
/** Before a rise, or a fall that a queue bears for a moment. */
export const STEP_INTERVAL_MS = 1_000;
/** Before a rise that hardly shows. */
export const SMALL_RISE_INTERVAL_MS = 5_000;

export function isWorthAKeyframe(appliedKbps: number, wantedKbps: number, sinceChangeMs: number): boolean {
  const falls = (share: number) => wantedKbps <= appliedKbps * (1 - share);
  const rises = (share: number) => wantedKbps >= appliedKbps * (1 + share);
  if (falls(SHARE_URGENT)) return sinceChangeMs >= FALL_INTERVAL_MS;
  if (falls(SHARE_WORTHWHILE) || rises(SHARE_URGENT)) return sinceChangeMs >= STEP_INTERVAL_MS;
  return rises(SHARE_WORTHWHILE) && sinceChangeMs >= SMALL_RISE_INTERVAL_MS;
}
