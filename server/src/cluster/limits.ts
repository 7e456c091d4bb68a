// How much and how long the cluster's messages and entries may be.

/** The largest is a `session.start` with device and manifest, 56 KiB; NATS takes 1 MiB by default. */
export const MESSAGE_BYTES_MAX = 256 * 1024;
export const VALUE_BYTES_MAX = 256 * 1024;

/** NATS takes longer names, but its log and its index have to carry them. */
export const NAME_LENGTH_MAX = 200;

/**
 * While the bus is away messages wait, so that its restart costs no player a
 * call: the server's own limit for a signal is 10 s. An older one answers nobody.
 */
export const OUTBOX_AGE_MS = 10_000;
/** Of a kilobyte or two, mostly: some 20 MB at worst. */
export const OUTBOX_MESSAGES_MAX = 10_000;

/** A write takes about a millisecond; whoever waits for this one holds up a player. */
export const CALL_MS = 2_000;

/** From an entry's expiry to its watchers. */
export const EXPIRY_TOLD_MS = 2_000;
