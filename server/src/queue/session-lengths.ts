// How long sessions last, from those that ended and those that still run. A session that
// runs for an hour says that sessions may last an hour; leaving it out until it ends would
// make everything look shorter (Kaplan and Meier, 1958, "Nonparametric estimation from
// incomplete observations"). One that ran already when ends began to be noted says nothing
// of its time before: others that began with it may have ended unseen, so it counts from the
// age that it had then (Tsai, Jewell and Wang, 1987, "A note on the product-limit estimator
// under right censoring and left truncation"). Pure.

export type LengthObservation = {
  readonly lengthMs: number;
  /** False: it still runs, or was cut short by something that says nothing about players. */
  readonly ended: boolean;
  /** Its age when it came under watch; not there for one that was seen from its beginning. */
  readonly seenFromMs?: number;
};

export type EndsKnown = {
  readonly ended: readonly { readonly endedAtMs: number; readonly lengthMs: number }[];
  /** From when on every end is among them. */
  readonly sinceMs: number;
};

/** `runningSinceMs`: of each session that has been seen and is not over, its first picture. */
export function observationsOf({ ended, sinceMs }: EndsKnown, runningSinceMs: readonly number[], nowMs: number): LengthObservation[] {
  const seenFrom = (beganAtMs: number) => Math.max(0, sinceMs - beganAtMs);
  return [
    ...ended.flatMap(({ endedAtMs, lengthMs }) =>
      endedAtMs < sinceMs ? [] : [{ lengthMs, ended: true, seenFromMs: seenFrom(endedAtMs - lengthMs) }],
    ),
    ...runningSinceMs.map((beganAtMs) => ({
      lengthMs: Math.max(0, nowMs - beganAtMs),
      ended: false,
      seenFromMs: seenFrom(beganAtMs),
    })),
  ];
}

/** Bins of the curve: 15 s up to four hours; what lasts longer is treated as lasting that long. */
export const STEP_MS = 15_000;
const STEPS = 960;

/** Until anything is known: half of sessions are over after 25 minutes, an eighth after 5, as an exponential would. */
const PRIOR_MEDIAN_MS = 25 * 60_000;
/** So many sessions must have been seen to weigh as much as the prior. */
const PRIOR_WEIGHT = 4;

export type SessionLengths = {
  /** The chance that a session lasts at least so many steps; falls from 1. */
  readonly survival: Float64Array;
};

export function learnLengths(observations: readonly LengthObservation[]): SessionLengths {
  const ends = new Float64Array(STEPS);
  const enters = new Float64Array(STEPS);
  const leaves = new Float64Array(STEPS);
  for (const { lengthMs, ended, seenFromMs = 0 } of observations) {
    const step = stepOf(lengthMs);
    const first = stepOf(Math.min(seenFromMs, lengthMs));
    enters[first] = (enters[first] ?? 0) + 1;
    leaves[step] = (leaves[step] ?? 0) + 1;
    if (ended) ends[step] = (ends[step] ?? 0) + 1;
  }
  const priorHazard = 1 - 0.5 ** (STEP_MS / PRIOR_MEDIAN_MS);
  const survival = new Float64Array(STEPS + 1);
  survival[0] = 1;
  let atRisk = 0;
  for (let step = 0; step < STEPS; step++) {
    atRisk += enters[step] ?? 0;
    // The prior counts as a few sessions of its own that are always at risk.
    const hazard = ((ends[step] ?? 0) + PRIOR_WEIGHT * priorHazard) / (atRisk + PRIOR_WEIGHT);
    survival[step + 1] = (survival[step] ?? 0) * (1 - Math.min(1, hazard));
    atRisk -= leaves[step] ?? 0;
  }
  return { survival };
}

const stepOf = (lengthMs: number): number => Math.min(STEPS - 1, Math.max(0, Math.floor(lengthMs / STEP_MS)));

/** The chance that a session which has lasted `ageSteps` ends within `steps` more. */
export function endsWithin({ survival }: SessionLengths, ageSteps: number, steps: number): number {
  const age = Math.min(STEPS, Math.max(0, ageSteps));
  const now = survival[age] ?? 0;
  const then = survival[Math.min(STEPS, age + steps)] ?? 0;
  // Beyond the curve nothing is known but that it may end any time: the prior again.
  if (age + steps > STEPS) return 1 - (now > 0 ? then / now : 0) * 0.5 ** (((age + steps - STEPS) * STEP_MS) / PRIOR_MEDIAN_MS);
  return now > 0 ? 1 - then / now : 1;
}
