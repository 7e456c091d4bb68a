// What happens between the tap and the first frame, in the order it is shown.
// Each step is reported when it has really happened, by whoever did it.

export const START_STEPS = [
  /** The server chose a node and holds a slot on it. */
  "placed",
  /** The node's transports for this player are open. */
  "transports-opened",
  "display-started",
  "sound-started",
  "title-started",
  /** The title drew something that is not an empty screen. */
  "first-picture",
  /** ICE and DTLS are up between player and node. */
  "connected",
  /** The player sees the first frame. */
  "first-frame",
] as const;
export type StartStep = (typeof START_STEPS)[number];
