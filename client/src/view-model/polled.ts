// What the page reads from the server again and again while it is looked at.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import { backoffMs } from "../stream/backoff.ts";
import type { Timers } from "../timers.ts";

export type Polled<T> =
  | { is: "loading" }
  | { is: "ready"; value: T }
  /** The server says that there is no such thing. */
  | { is: "missing" }
  /** It is being tried again all the while. */
  | { is: "unreachable" };

export type PolledPorts<T> = {
  /** Rejects when there is no answer; undefined where there is no such thing. */
  read(signal: AbortSignal): Promise<T | undefined>;
  /** Between two answers. */
  everyMs: number;
  timers: Timers;
  random: () => number;
};

export function createPolled<T>(scope: Scope, ports: PolledPorts<T>): Behavior<Polled<T>> {
  const state = createSource<Polled<T>>({ is: "loading" });
  const abort = scope.own(new AbortController(), (it) => it.abort());
  let attemptsFailed = 0;
  let stopWait = () => {};

  async function load(): Promise<void> {
    try {
      const value = await ports.read(abort.signal);
      attemptsFailed = 0;
      state.set(value === undefined ? { is: "missing" } : { is: "ready", value });
    } catch (error) {
      if (scope.closed) return;
      console.warn("nearframe: an answer of the server could not be read:", error);
      // What was read before is better than nothing.
      if (state.behavior.value.is !== "ready") state.set({ is: "unreachable" });
      attemptsFailed += 1;
    }
    if (scope.closed) return;
    stopWait = ports.timers.after(attemptsFailed > 0 ? backoffMs(attemptsFailed - 1, ports.random) : ports.everyMs, () => void load());
  }

  scope.own(undefined, () => stopWait());
  void load();
  return state.behavior;
}
