// What happened when a session goes on after it was interrupted, as one of a few things that
// are said in a sentence: a reload, a crash, the page in the background, another network.
// Pure; `follow-returns.ts` tells it what happens.

import type { SessionState } from "../stream/session-state.ts";

/** How this page came to be, when it finds the player's session still there. */
export const ARRIVALS = ["reloaded", "stopped", "put-away", "came-back"] as const;
export type Arrival = (typeof ARRIVALS)[number];

export type News =
  | { kind: Arrival | "taken-over" | "moved" | "network" }
  | { kind: "away" | "connection"; gapMs: number };

export type Returns = {
  arrival: Arrival;
  /** What the session was asked for as, until its first frame. */
  asked: "afresh" | "resumed" | "taken-over";
  played: boolean;
  /** Since when nothing comes, and what was seen to be the reason. */
  gap: { sinceMs: number; moved: boolean; network: boolean } | undefined;
  networkAtMs: number;
  hiddenAtMs: number | undefined;
  /** Away long enough to say so, and not back yet. */
  awayMs: number | undefined;
};

export type ReturnEvent =
  | { kind: "session"; session: SessionState }
  | { kind: "network-changed" }
  /** A moment after the network changed: by now a path that died would have been missed. */
  | { kind: "network-settled" }
  | { kind: "hidden" }
  | { kind: "visible" };

/** Who looked away for less has not been away. */
export const AWAY_MS_MIN = 3_000;
/** A gap that begins so soon after another network is its doing. */
const NETWORK_MS = 10_000;
/** Less than this nobody saw. */
const GAP_MS_MIN = 300;

export const makeReturns = (arrival: Arrival): Returns => ({
  arrival, asked: "afresh", played: false, gap: undefined, networkAtMs: -Infinity, hiddenAtMs: undefined, awayMs: undefined,
});

export function noteReturn(state: Returns, event: ReturnEvent, nowMs: number): [Returns, News | undefined] {
  switch (event.kind) {
    case "network-changed":
      return [{ ...state, networkAtMs: nowMs, gap: state.gap && { ...state.gap, network: true } }, undefined];
    case "network-settled":
      // The picture did not even stand still, or it is missed still, or it was said already.
      if (!state.played || state.gap || state.networkAtMs === -Infinity) return [state, undefined];
      return [{ ...state, networkAtMs: -Infinity }, { kind: "network" }];
    case "hidden":
      return [{ ...state, hiddenAtMs: nowMs }, undefined];
    case "visible": {
      const awayMs = state.hiddenAtMs === undefined ? 0 : nowMs - state.hiddenAtMs;
      const next = { ...state, hiddenAtMs: undefined };
      if (!state.played || awayMs < AWAY_MS_MIN) return [next, undefined];
      // Nothing is back while nothing comes.
      return state.gap ? [{ ...next, awayMs }, undefined] : [next, { kind: "away", gapMs: awayMs }];
    }
    case "session":
      return followSession(state, event.session, nowMs);
  }
}

function followSession(state: Returns, session: SessionState, nowMs: number): [Returns, News | undefined] {
  switch (session.phase) {
    case "requested": {
      const asked = session.resuming === undefined ? "afresh" : session.takeOver ? "taken-over" : "resumed";
      return [{ ...state, asked, played: false, gap: undefined }, undefined];
    }
    case "playing":
      break;
    default:
      return [state, undefined];
  }
  const flows = session.media.is === "up" && session.offeredAtMs === undefined && session.moving === undefined;
  if (!flows) {
    // Nothing has come yet that could be missed.
    if (!state.played) return [state, undefined];
    const { sinceMs = nowMs, network = nowMs - state.networkAtMs < NETWORK_MS } = state.gap ?? {};
    const moved = (state.gap?.moved ?? false) || session.moving !== undefined;
    const unchanged = state.gap && state.gap.moved === moved;
    return [unchanged ? state : { ...state, gap: { sinceMs, moved, network } }, undefined];
  }
  if (!state.played) {
    const next = { ...state, played: true, gap: undefined };
    if (state.asked === "afresh") return [next, undefined];
    return [next, { kind: state.asked === "taken-over" ? "taken-over" : state.arrival }];
  }
  if (!state.gap) return [state, undefined];
  return [{ ...state, gap: undefined, awayMs: undefined, networkAtMs: -Infinity }, newsOf(state.gap, state.awayMs, nowMs)];
}

/** The first that holds: what explains the rest comes first. */
function newsOf({ sinceMs, moved, network }: NonNullable<Returns["gap"]>, awayMs: number | undefined, nowMs: number): News | undefined {
  if (moved) return { kind: "moved" };
  if (awayMs !== undefined) return { kind: "away", gapMs: awayMs };
  if (network) return { kind: "network" };
  const gapMs = nowMs - sinceMs;
  return gapMs < GAP_MS_MIN ? undefined : { kind: "connection", gapMs };
}
