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

/**
 * A node that is to start a session, or to make new transports, and says nothing of it for so long is asked whether it
 * is there. Steps come within a second or two; between the last ones a slow title may take longer, and its node answers.
 */
export const NODE_QUIET_MS = 4_000;

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

/** For preparing, measuring and choosing among candidates: past this the best known is taken. */
export const PROBE_MS = 400;

/** For measuring a better node while the session is played: nobody waits for it. */
export const TRIAL_MS = 5_000;

/** A session whose node was lost waits so long for another one, or for the same one started anew. */
export const MOVE_WAIT_MS = 60_000;

/** Nodes that a session may lose in a row, without a frame in between. */
export const MOVES_MAX = 3;

/** A player who says that media stopped is believed for so long when the node's link goes as well. */
export const STALL_FRESH_MS = 10_000;

/** With more pictures than one in so long, a second was not one in which they stopped. */
export const HEALED_FRAME_MS = 100;

/** A node that hands a session on closes the title and packs its save; the start on the next one waits for it. */
export const MOVE_STOP_MS = 8_000;

/** A node that failed a session is not tried again for it before this is over, if there is another. */
export const EXCLUDED_MS = 60_000;

/** Nodes with at least this share of the best score are worth measuring: what an estimate of distance may be wrong by. */
export const PROBE_SCORE_SHARE = 0.75;

/** A dead owner is noticed and replaced within this: the expiry of its entry, and a look at the store. */
export const PARKED_MS = 15_000;
/** Of a few kilobytes each. */
export const PARKED_MAX = 10_000;
/** Of one socket, for one session: links taken back, some asked again. What comes more often is said by somebody who floods. */
export const UNHEARD_PER_SPEAKER_MAX = 8;

/** That a page has closed is told again while its session's owner does not show that it knows; and for so long. */
export const LEFT_RETELL_MS = 5_000;
export const LEFT_MS = 10 * 60_000;

/** Who is next in rank has so long to take over a session before the one after it tries. */
export const ADOPT_STEP_MS = 1_500;
/** How often sessions without an owner are looked for. */
export const ADOPT_SWEEP_MS = 2_000;

/** What runs on a node and is nobody's may be a session that this process has not heard of yet. */
export const STRAY_AFTER_MS = 15_000;

/** The word that ended a session and the sight of its entry gone come by different ways. */
export const GONE_MS = 3_000;

/** A slot that could not be had is asked for again, or another one: soon, but not in a loop. */
export const PLACE_AGAIN_MS = 300;

/** How often the line is looked at although nothing has changed: its limits of latency relax with time. */
export const RELAX_EVERY_MS = 2_000;

/** Who waits is told to the other processes so long after it changed: most are placed before. */
export const LINE_TELL_MS = 100;
/** Told again although nothing changed, so that the line of a process that died is soon gone. */
export const LINE_RETELL_MS = 2_000;
export const LINE_TTL_MS = 6_000;
/** Of 300 bytes or so each; more wait at one process only after it took over the line of another. */
export const LINE_TOLD_MAX = 2 * QUEUE_LENGTH_MAX;

/** A free slot is left for those before us at another process for so long; a living one takes it within a few milliseconds. */
export const YIELD_MS = 1_500;

/** Clocks of servers that differ by less are taken as they are; NTP keeps them within some milliseconds. */
export const CLOCK_TRUST_MS = 5_000;

/** Sessions that the wait is reckoned from; older ones say less of today. */
export const LENGTHS_KEPT_MAX = 500;
/** Of 50 bytes each, in one entry a process. */
export const LENGTHS_TOLD_MAX = 200;
/** Ends come in rushes, and a wait of minutes is not another one for the last of them. */
export const LENGTHS_TELL_MS = 10_000;
/** What a process knew that is gone, or saw nobody end since, is worth so long. */
export const LENGTHS_TTL_MS = 6 * 3600_000;
