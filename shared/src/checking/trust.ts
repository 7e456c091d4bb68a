// How much a reporter's word weighs: by how often it agreed with what was decided,
// lately. Pure.

const HALF_LIFE_MS = 7 * 24 * 3_600_000;
/** Nobody's word is worth nothing: a newcomer's must be able to grow. */
const WEIGHT_MIN = 0.05;
/** Of one committee's weight. More would let one operator, or one network's failure, decide. */
export const OPERATOR_SHARE_MAX = 0.2;
export const NETWORK_SHARE_MAX = 0.34;

/** Counts that halve every week. */
export type Trust = { agreed: number; disagreed: number; atMs: number };

export const newTrust = (atMs: number): Trust => ({ agreed: 0, disagreed: 0, atMs });

export function recordAgreement(trust: Trust, agreed: boolean, atMs: number): Trust {
  const now = decay(trust, atMs);
  return agreed ? { ...now, agreed: now.agreed + 1 } : { ...now, disagreed: now.disagreed + 1 };
}

function decay(trust: Trust, atMs: number): Trust {
  const kept = 0.5 ** (Math.max(0, atMs - trust.atMs) / HALF_LIFE_MS);
  return { agreed: trust.agreed * kept, disagreed: trust.disagreed * kept, atMs: Math.max(atMs, trust.atMs) };
}

/** 0.05 to 1: the square of the expected share of agreement, Beta(1 + agreed, 1 + disagreed). A newcomer has 0.25. */
export function weightOf(trust: Trust, atMs: number): number {
  const { agreed, disagreed } = decay(trust, atMs);
  return Math.max(WEIGHT_MIN, ((1 + agreed) / (2 + agreed + disagreed)) ** 2);
}

export type Voice = { weight: number; operatorId: string; networkId: string };

/**
 * Takes weight from operators and networks that would have more than their share of the
 * whole. Where there are too few of them for shares so small, they share evenly.
 */
export function capWeights<T extends Voice>(voices: readonly T[]): T[] {
  const byOperator = capGroups(voices, ({ operatorId }) => operatorId, OPERATOR_SHARE_MAX);
  return capGroups(byOperator, ({ networkId }) => networkId, NETWORK_SHARE_MAX);
}

function capGroups<T extends Voice>(voices: readonly T[], groupOf: (voice: T) => string, shareMax: number): T[] {
  const sums = new Map<string, number>();
  for (const voice of voices) sums.set(groupOf(voice), (sums.get(groupOf(voice)) ?? 0) + voice.weight);
  const share = Math.max(shareMax, 1 / Math.max(1, sums.size));
  const limit = groupLimit([...sums.values()], share);
  return voices.map((voice) => {
    const sum = sums.get(groupOf(voice)) ?? 0;
    return sum > limit ? { ...voice, weight: (voice.weight * limit) / sum } : voice;
  });
}

/** The most that a group may weigh so that none has more than `share` of what then remains. */
function groupLimit(sums: readonly number[], share: number): number {
  const falling = sums.toSorted((a, b) => b - a);
  let rest = falling.reduce((sum, each) => sum + each, 0);
  for (const [cut, largest] of falling.entries()) {
    // With `cut` groups held at the limit L: L = share * (cut * L + rest).
    const limit = cut * share < 1 ? (share * rest) / (1 - cut * share) : 0;
    if (largest <= limit + 1e-12) return Math.max(limit, largest);
    rest -= largest;
  }
  return falling.at(-1) ?? 0;
}
