// Pauses a title while its player is away, and lets it go on: the edge of `idle-transition.ts`.
// Knows no sandbox and no channel; it is given what pauses and whom to tell.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import type { IdlePolicy } from "@nearframe/shared/title/idle-policy";
import { idleDeadline, idleTransition, watchIdle, type Idle, type IdleEffect, type IdleEvent } from "./idle-transition.ts";
import type { RunningTitle } from "./ports.ts";

export type IdleWatchPorts = {
  clock: Clock;
  policy: IdlePolicy;
  tell(message: NodeToPlayer): void;
  onEnd(): void;
  log(detail: string): void;
};

export interface IdleWatch {
  /** The title runs and has shown a picture: from now on its player can be away. */
  start(title: Pick<RunningTitle, "pause" | "resume">, present: boolean): void;
  handle(event: IdleEvent): void;
  /** A page can be told things from now on. It may come from another node, where the title was paused. */
  reachPlayer(): void;
}

/** Inputs come 120 times a second; for patience of many seconds one of them is enough. */
const TOUCH_EVERY_MS = 1_000;

export function createIdleWatch({ clock, policy, tell, onEnd, log }: IdleWatchPorts, scope: Scope): IdleWatch {
  let idle: Idle | undefined;
  let title: Pick<RunningTitle, "pause" | "resume"> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let touchedAtMs = -Infinity;
  /** Said before the title had its first picture, and said once. */
  let hidden = false;
  /** A pause and a resume never cross. */
  let turn: Promise<void> = Promise.resolve();

  function handle(event: IdleEvent): void {
    if (!idle) {
      if (event.type === "hidden") hidden = true;
      if (event.type === "seen" || event.type === "connected") hidden = false;
    }
    if (!idle || scope.closed) return;
    const nowMs = clock.monotonicMs();
    if (event.type === "touched") {
      if (idle.is === "awake" && nowMs - touchedAtMs < TOUCH_EVERY_MS) return;
      touchedAtMs = nowMs;
    }
    const [next, effects] = idleTransition(idle, event, policy, nowMs);
    idle = next;
    arm();
    for (const effect of effects) run(effect);
  }

  function run(effect: IdleEffect): void {
    if (effect.type === "end") return onEnd();
    const paused = effect.type === "pause";
    if (paused) log(`paused: the player is away (${effect.why})`);
    turn = turn
      .then(async () => {
        if (scope.closed) return;
        await (paused ? title?.pause() : title?.resume());
      })
      .catch((error: Error) => log(`${effect.type}: ${error.message}`));
    if (paused) tellPaused();
    else tell({ type: "resumed" });
  }

  function tellPaused(): void {
    if (idle?.is !== "paused") return;
    tell({ type: "paused", why: idle.why, endsInMs: Math.max(0, Math.round(idle.endsAtMs - clock.monotonicMs())) });
  }

  function arm(): void {
    clearTimeout(timer);
    const dueMs = idle && idleDeadline(idle, policy);
    if (dueMs !== undefined) timer = setTimeout(() => handle({ type: "deadline-passed" }), Math.max(0, dueMs - clock.monotonicMs()) + 1);
  }

  scope.own(undefined, () => clearTimeout(timer));
  return {
    start(running, present) {
      if (scope.closed || idle) return;
      title = running;
      idle = watchIdle(clock.monotonicMs(), present);
      arm();
      if (hidden) handle({ type: "hidden" });
    },
    handle,
    reachPlayer() {
      if (idle?.is === "paused") tellPaused();
      else tell({ type: "resumed" });
    },
  };
}
