// How the server and its nodes keep in touch.

/** Said to the node in `node.welcome`. */
export const HEARTBEAT_MS = 5_000;

/** Three heartbeats missed: the process hangs or the link is half open, so the link is cut. */
export const HEARTBEAT_SILENCE_MS = 3 * HEARTBEAT_MS;

/** A link that is cut may come back for so long before the node's sessions are given up: media flows meanwhile. */
export const NODE_GRACE_MS = 20_000;

export const NODES_MAX = 1_000;

/** One node carries many sessions, each as chatty as a player while it connects. */
export const NODE_MESSAGES_PER_SECOND_MAX = 2_000;
