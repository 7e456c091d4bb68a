// How the server and its nodes keep in touch.

/** How often a node speaks while a server has few: said to it in `node.welcome`. */
export const HEARTBEAT_MS = 5_000;
/** However many there are: a node that is gone must be noticed within minutes. */
export const HEARTBEAT_MS_MAX = 60_000;

/** Heartbeats missed until the process is taken to hang, or the link to be half open; then it is cut. */
export const HEARTBEATS_MISSED_MAX = 3;
export const HEARTBEAT_SILENCE_MS = HEARTBEATS_MISSED_MAX * HEARTBEAT_MS;

/** A node whose player sees no media is asked whether it is there, and has so long to answer: far above any round trip. */
export const LINK_ANSWER_MS = 1_500;
/** Players who complain all day get a node no more than one ping in so long. */
export const LINK_CHECK_EVERY_MS = 2_000;
/** For another process's answer: its turn may have to wait, and the bus takes a moment. */
export const REMOTE_CHECK_MS = LINK_CHECK_EVERY_MS + LINK_ANSWER_MS + 500;

/** Silence and grace are looked at this often, for all nodes at once: a walk over 100,000 took 20 ms at worst. */
export const SWEEP_MS = 1_000;

/** A link that is cut may come back for so long before the node's sessions are given up: media flows meanwhile. */
export const NODE_GRACE_MS = 20_000;

/** A node that stays away is shown as offline for so long, and then forgotten. */
export const OFFLINE_KEPT_MS = 10 * 60_000;

/**
 * Of one process. Memory and verification are what bound it: docs/hosts.md has the
 * figures, and what to do beyond.
 */
export const NODES_MAX = 100_000;

/** One node carries many sessions, each as chatty as a player while it connects. */
export const NODE_MESSAGES_PER_SECOND_MAX = 2_000;

/**
 * From the socket to the registry, pings included, measured with 17,790 real sockets on one core
 * of a 2-core Xeon; 0.115 ms of it are parsing and the signature (docs/hosts.md).
 */
export const HEARTBEAT_COST_MS = 0.15;
/** Of one core, for all heartbeats together. */
const HEARTBEAT_CORE_SHARE = 0.4;

/** How often each of so many nodes is asked to speak, so that listening to all leaves time for the rest. */
export function heartbeatMsFor(nodeCount: number): number {
  const leastMs = (nodeCount * HEARTBEAT_COST_MS) / HEARTBEAT_CORE_SHARE;
  // In steps, so that nodes are not told another pace with each that comes or goes.
  const steps = Math.ceil(leastMs / HEARTBEAT_MS);
  return Math.min(HEARTBEAT_MS_MAX, Math.max(1, steps) * HEARTBEAT_MS);
}
