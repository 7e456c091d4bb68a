// How long each part of a session's life may take. The reasons stand beside the numbers.

/** A player who drops may come back for so long; the slot is theirs all the while. */
export const HOLD_MS = 120_000;

/** A place in line outlives a short loss of the socket (a lift, a change of network), not a closed page. */
export const QUEUE_HOLD_MS = 10_000;

/** Nobody waits in line longer than this without being told that it is hopeless. */
export const QUEUE_WAIT_MS = 600_000;

/** No connected node can run the title: one that is just starting, or on its way back, gets this long. */
export const NODE_WAIT_MS = 10_000;

/** On top of the title's own start limit, which the node watches: display, sound, transports, the player's ICE. */
export const START_MARGIN_MS = 30_000;

/** A player who came back gets new transports and a frame within this, or something is wrong with the node. */
export const REJOIN_MS = 30_000;

/** A node closes a session in well under a second; past this its slot is counted by what the node reports. */
export const NODE_STOP_MS = 20_000;

/** A signal is a local call on the node; the player's own limit is longer, so that this answer arrives. */
export const SIGNAL_MS = 10_000;
/** A connecting player has about six calls on their way: two transports, three channels, an ICE restart. */
export const SIGNALS_OUTSTANDING_MAX = 16;

/**
 * What players say is passed on to nodes, whose door takes `MESSAGE_BYTES_MAX`
 * and cuts the link above it. A message may grow when it is written again
 * (1e20), so its parts are measured as they leave: a device and a manifest
 * (`MANIFEST_BYTES_MAX`, 24 KiB) go out together. Real devices have 10 KiB.
 */
export const DEVICE_BYTES_MAX = 32 * 1024;
export const SIGNAL_BYTES_MAX = 48 * 1024;

/** Tabs of one browser share a player; more than this is a mistake or an attack. */
export const SESSIONS_PER_PLAYER_MAX = 3;

/** The line is for people who will be served; beyond it, "try again later" is the honest answer. */
export const QUEUE_LENGTH_MAX = 200;

/** A long session with many returns has some hundred turns; a peer that produces more writes no more rows. */
export const TURNS_PER_SESSION_MAX = 500;

/** Starts and resumes of one socket: each makes a node work, so they are rarer than other messages. */
export const STARTS_BURST = 5;
export const STARTS_PER_SECOND = 0.5;

/** Sessions that wait for the disk. Beyond this the disk is stuck, and no new session is begun. */
export const WRITES_PENDING_MAX = 1_000;
