// The code by which another device goes on as this player: asked for at once, and again when
// it has run out.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { Timers } from "../timers.ts";
import type { ServerApi } from "./server-api.ts";

export type HandoffState = { is: "asking" } | { is: "failed" } | { is: "ready"; code: string; untilMs: number };

export interface Handoff {
  readonly state: Behavior<HandoffState>;
  again(): void;
}

export function createHandoff(scope: Scope, { api, timers }: { api: Pick<ServerApi, "makeHandoff">; timers: Timers }): Handoff {
  const state = createSource<HandoffState>({ is: "asking" });
  async function ask(): Promise<void> {
    state.set({ is: "asking" });
    try {
      const { code, lifeMs } = await api.makeHandoff();
      if (!scope.closed) state.set({ is: "ready", code, untilMs: timers.wallMs() + lifeMs });
    } catch (error) {
      console.info("nearframe: no code to go on with another device:", error);
      if (!scope.closed) state.set({ is: "failed" });
    }
  }
  void ask();
  return { state: state.behavior, again: () => void ask() };
}
