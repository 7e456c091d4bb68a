// The states of a node's life, in the order in which it meets them. The server decides
// them (server/src/nodes/node-transition.ts); everybody else shows them.

export const NODE_STATES = [
  /** It has proved who it is. */
  "registered",
  /** Its claims are being looked at. */
  "checking",
  /** Every slot is free. */
  "standby",
  /** From here to `recycling`: what the slot that is furthest along does. */
  "leased",
  "preparing",
  "rendering",
  "recycling",
  /** Not heard of; it may come back. */
  "offline",
  /** It failed a check, and gets no session until it passes. */
  "quarantined",
  /** Its sessions play on, and no new one comes. */
  "draining",
  /** Drained for good: it is forgotten once it has hung up. */
  "retired",
] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** The states in which a node takes a session, if it has a slot. */
export const SCHEDULABLE_STATES: ReadonlySet<NodeState> = new Set(["standby", "leased", "preparing", "rendering", "recycling"]);
