// Why a session ends: a closed list. Each reason says who bears it, because
// scores, refunds and penalties are drawn from it.

export const EndReason = {
  /** The player pressed leave. */
  PlayerLeft: "player-left",
  /** The player's connection died and did not come back within the hold time. */
  PlayerLost: "player-lost",
  /** Nobody touched anything for longer than the title's idle limit. */
  PlayerIdle: "player-idle",
  /** The player went on on another device. */
  TakenOver: "taken-over",
  /** The player's network let no media path through. */
  MediaUnreachable: "media-unreachable",
  /** The title ended by itself, as when the player chooses "quit" in its menu. */
  TitleExited: "title-exited",
  TitleCrashed: "title-crashed",
  /** The title ran but showed no picture within its start limit. */
  TitleNeverDrew: "title-never-drew",
  /** The command that the manifest names is not on the node. */
  TitleCommandMissing: "title-command-missing",
  TitleUnknown: "title-unknown",
  /** Display, sound, capture or encoder failed on the node. */
  NodeFailed: "node-failed",
  /** The node's control connection and media died. */
  NodeLost: "node-lost",
  /** The node was told to stop. */
  NodeDrained: "node-drained",
  /** The node did not get the session ready in time. */
  StartTimeout: "start-timeout",
  NoNode: "no-node",
  ServerStopped: "server-stopped",
} as const;
export type EndReason = (typeof EndReason)[keyof typeof EndReason];
export const END_REASONS = Object.values(EndReason) as [EndReason, ...EndReason[]];

export type Bearer = "player" | "title" | "host" | "platform";

const BEARERS: Record<EndReason, Bearer> = {
  "player-left": "player",
  "player-lost": "player",
  "player-idle": "player",
  "taken-over": "player",
  "media-unreachable": "player",
  "title-exited": "player",
  "title-crashed": "title",
  "title-never-drew": "title",
  "title-command-missing": "host",
  "title-unknown": "platform",
  "node-failed": "host",
  "node-lost": "host",
  "node-drained": "host",
  "start-timeout": "host",
  "no-node": "platform",
  "server-stopped": "platform",
};

/** Who bears an end: whose score, fee or refund it touches. */
export function bearerOf(reason: EndReason): Bearer {
  return BEARERS[reason];
}
