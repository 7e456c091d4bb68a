// How long a lease lasts. Durations, never dates: each server counts them on its
// own clock, so no two clocks have to agree.

/** Taken, and the node has not answered yet: it opens a room in well under a second. */
export const UNCONFIRMED_LIFE_MS = 10_000;

/** A session is under way. Its owner may be without the bus, or be restarting, for so long. */
export const CONFIRMED_LIFE_MS = 60_000;
export const RENEW_EVERY_MS = 20_000;

/**
 * How much later than its holder everybody else takes a lease for expired, as a
 * share of its life: clocks that run 5 % too fast or too slow are still safe.
 */
export const EXPIRY_MARGIN_SHARE = 0.1;

/** A write that got no answer is tried again so often; also how late an expiry is noticed. */
export const SWEEP_EVERY_MS = 1_000;

/** Entries of owners that died and slots that nobody wanted since. Far above every life. */
export const ENTRY_TTL_MS = 600_000;

/** Others can be quicker to a slot; so many times in a row they are when no slot is left. */
export const TAKE_TRIES_MAX = 8;
