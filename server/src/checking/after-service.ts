// What is to be said of a node once sessions on it are over: how they ended, how long each
// end says they were, what players thought of them. Pure.
//
// The server meters by its own clock, and a node can't tell of more time than there was
// (`place-second.ts`). What it can do is tell of service that no player had. That shows in
// sessions of which the node told nearly all and the player little. A page that nobody
// looks at tells little as well; so what many such sessions cause is that checkers come and
// play, and nothing else: only what a committee finds counts.

import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { NodeStanding } from "./standing.ts";

export type AfterService = {
  nodeId: string;
  /** How sessions ended there. */
  ends: Partial<Record<EndReason, number>>;
  /** The mean of what each player gave in the mean; undefined where nobody rated. */
  ratings: { players: number; meanStars: number } | undefined;
  /** Players with sessions that both ends told of, and those of them in most of whose sessions the ends contradict each other. */
  times: { players: number; contradicting: number };
};

export const NOTHING_AFTER_SERVICE: Omit<AfterService, "nodeId"> = { ends: {}, ratings: undefined, times: { players: 0, contradicting: 0 } };

export const TIMES = {
  /** A shorter session says little: each end loses its first and last seconds. */
  meteredMsMin: 60_000,
  /** The node told of at least so much of what was metered. */
  nodeShareMin: 0.8,
  /** And the player of less than this. */
  playerShareMax: 0.5,
} as const;

/** Fewer may share a habit, or a browser. */
const PLAYERS_MIN = 5;
const CONTRADICTING_SHARE = 0.5;

/** Whether checkers are to come and see. Sessions that they came for once are not held against it again (`timesSinceMs`). */
export function wantLook(standing: NodeStanding, { times }: Pick<AfterService, "times">, nowMs: number): NodeStanding {
  if (standing.look?.state === "wanted") return standing;
  if (times.players < PLAYERS_MIN || times.contradicting <= CONTRADICTING_SHARE * times.players) return standing;
  return { ...standing, look: { state: "wanted", atMs: nowMs, ...times } };
}

/** From when on sessions' times are looked at. */
export const timesSinceMs = ({ look }: NodeStanding, sinceMs: number): number => Math.max(sinceMs, look?.atMs ?? 0);

/** For the host: why checkers come. */
export function lookReasons({ look }: NodeStanding): string[] {
  if (look?.state !== "wanted") return [];
  return [`${look.contradicting} of ${look.players} players told of less than half of the time that the node told of; checkers look into it, and nothing is held against it before`];
}
