// The ways in which a session ends on the player's side. Pure.

import type { LocalFailure, Outcome, SessionEffect, SessionState } from "./session-state.ts";

export type Step = readonly [SessionState, readonly SessionEffect[]];

export type Context = {
  nowMs: number;
  makeId: () => string;
  /** Browsers show no frames of a page that nobody sees. */
  pageVisible: boolean;
};

export function finish({ titleId, tappedAtMs, control }: SessionState, outcome: Outcome): Step {
  return [{ phase: "over", titleId, tappedAtMs, control, outcome }, [{ do: "close-receiver" }]];
}

export function fail(state: SessionState, cause: LocalFailure, detail?: string): Step {
  return finish(state, { kind: "local", cause, ...(detail === undefined ? {} : { detail }) });
}
