// The way between player and node, through its bad moments: when to wait, when to
// ask for a new path, when to give up. Pure.

import type { MediaPath } from "./session-state.ts";

/** Host candidates answer in a round trip; the rest is for a slow TCP fallback. */
export const CONNECT_TIMEOUT_MS = 15_000;
/** A restart costs a few messages, and a path that healed meanwhile is not hurt by it; so there is no waiting. */
export const RESTART_EVERY_MS = 2_000;
/** Within the two minutes that the server holds a session for a lost player. */
export const DOWN_MAX_MS = 90_000;

export const connectingPath = (nowMs: number): MediaPath => ({ is: "connecting", untilMs: nowMs + CONNECT_TIMEOUT_MS });

export function pathDisconnected(path: MediaPath, nowMs: number): MediaPath {
  if (path.is !== "up") return path;
  return { is: "down", sinceMs: nowMs, restartAtMs: nowMs };
}

/** Nothing to restart: only a new offer, or the limit, ends this. */
export const pathLost = (nowMs: number): MediaPath => ({ is: "down", sinceMs: nowMs, restartAtMs: Infinity });

export type PathDecision = { next: MediaPath; act: "restart" | "give-up" | undefined };

export function pathAtTime(path: MediaPath, nowMs: number): PathDecision {
  if (path.is === "connecting" && nowMs >= path.untilMs) return { next: path, act: "give-up" };
  if (path.is === "down") {
    if (nowMs - path.sinceMs >= DOWN_MAX_MS) return { next: path, act: "give-up" };
    if (nowMs >= path.restartAtMs) return { next: { ...path, restartAtMs: nowMs + RESTART_EVERY_MS }, act: "restart" };
  }
  return { next: path, act: undefined };
}

/** When `pathAtTime` has something to say next. */
export function pathWakesAtMs(path: MediaPath): number {
  if (path.is === "connecting" || path.is === "given-up") return path.untilMs;
  if (path.is === "down") return Math.min(path.restartAtMs, path.sinceMs + DOWN_MAX_MS);
  return Infinity;
}
