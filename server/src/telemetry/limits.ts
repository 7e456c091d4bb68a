// How much telemetry the server takes, and for how long it is kept. The reasons
// stand beside the numbers.

export const MINUTE_MS = 60_000;

/** Both ends tell once a second; a timer that fired late may be followed closely by the next. */
export const SAMPLES_PER_SECOND_MAX = 2;

/** What a control link that stood still for `LATE_MS_MAX` may bring at once, and a little more. */
export const SAMPLES_BURST_MAX = 12;

/** A sample may come so long after the time that it tells of. A minute is closed when no more can come for it. */
export const LATE_MS_MAX = 10_000;

/**
 * An end may have told of so much more time than has passed here: its clock is
 * fast, or its first sample was held up on the way. Of more it is not believed.
 */
export const EARLY_MS_MAX = 2_000;

/** An end that is behind, because samples of it are missing, catches up by so much a sample. */
export const CATCH_UP_MS = 50;

/**
 * Per end and session, in memory. Has to hold a minute until it is closed, at
 * the highest rate (2 a second for 72 seconds, and a burst); the rest is there
 * for whoever looks into what just happened.
 */
export const SECONDS_KEPT = 180;

/** As many as there can be control sockets; each costs 25 KB. */
export const SESSIONS_MAX = 20_000;

/** How often sessions are looked through for minutes that are over. */
export const SWEEP_MS = 1_000;

/**
 * Minutes wait so long for others: a row alone costs the embedded database 1.8 ms,
 * in a batch 0.05 ms. It works on the thread that serves players, so batches end
 * before anybody would notice: these take 10 ms.
 */
export const WRITE_EVERY_MS = 5_000;
export const BATCH_ROWS_MAX = 200;

/** An hour of 800 sessions. Beyond this the disk is stuck, and the oldest minutes are given up. */
export const MINUTES_PENDING_MAX = 50_000;

/** How long a score can matter: settlements and appeals are monthly. */
export const MINUTE_LIFE_MS = 30 * 24 * 3600 * 1000;

/** About 400 MB on disk; 23 sessions around the clock for 30 days. */
export const MINUTE_ROWS_MAX = 1_000_000;

export const TRIM_FIRST_MS = 60_000;
export const TRIM_EVERY_MS = 3600 * 1000;
/** In one statement: 18 ms. */
export const TRIM_ROWS_MAX = 2_000;

/** What one answer over HTTP holds: four hours, which take 10 ms to read. */
export const MINUTES_SHOWN_MAX = 240;
