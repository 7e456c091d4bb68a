// The machine of a session, fed by hand, and how far tests of it have come before they begin.

import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { StartStep } from "@nearframe/shared/session/start-steps";
import type { SessionEffect, SessionEvent, SessionState } from "../stream/session-state.ts";
import { startSession, transition } from "../stream/session-transition.ts";
import { device, offer, sessionTitle } from "./samples.ts";

/** Feeds events one by one and keeps what came out. */
export function play(titleId = "some-title") {
  let nowMs = 1_000;
  let ids = 0;
  let pageVisible = true;
  let state: SessionState = startSession(titleId, 1_000, nowMs);
  let effects: readonly SessionEffect[] = [];
  const self = {
    get state() {
      return state;
    },
    get effects() {
      return effects;
    },
    get sent() {
      return effects.flatMap((effect) => (effect.do === "send" ? [effect.message] : []));
    },
    happen(event: SessionEvent) {
      [state, effects] = transition(state, event, { nowMs, pageVisible, makeId: () => `id-${(ids += 1)}` });
      return self;
    },
    hear: (message: ServerToClient) => self.happen({ kind: "message", message }),
    hide(hidden: boolean) {
      pageVisible = !hidden;
      return self;
    },
    pass(ms: number) {
      nowMs += ms;
      return self.happen({ kind: "time-passed" });
    },
  };
  return self;
}

export const created = (requestId: string): ServerToClient => ({
  type: "session.created", requestId, sessionId: "s-1", title: sessionTitle(),
});
export const progress = (step: StartStep): ServerToClient => ({
  type: "session.progress", sessionId: "s-1", step,
});

export const requested = () =>
  play().happen({ kind: "device-known", device }).happen({ kind: "control-opened", held: [] });
export const starting = () => requested().hear(created("id-1"));
export const connecting = () => starting().hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
export const playing = () => connecting().happen({ kind: "media-connected" }).happen({ kind: "frame-shown", atMs: 2_500 });
