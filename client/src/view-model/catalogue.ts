// The titles that can be played, as the server lists them.

import { TitleList, type PublicTitle } from "@nearframe/shared/api/titles";
import type { Scope } from "@nearframe/shared/lifetime";
import * as z from "zod/mini";
import { createSource, type Behavior } from "../behavior.ts";
import { backoffMs } from "../stream/backoff.ts";
import type { Timers } from "../timers.ts";

export type CatalogueState =
  | { is: "loading" }
  | { is: "ready"; titles: readonly PublicTitle[] }
  /** It is being tried again all the while. */
  | { is: "unreachable" };

export interface CatalogueModel {
  readonly state: Behavior<CatalogueState>;
  retry(): void;
}

export type CataloguePorts = {
  /** The answer of `GET /api/titles`; rejects when there is none. */
  fetchTitles(signal: AbortSignal): Promise<unknown>;
  timers: Timers;
  random: () => number;
};

export function createCatalogue(scope: Scope, ports: CataloguePorts): CatalogueModel {
  const state = createSource<CatalogueState>({ is: "loading" });
  const abort = scope.own(new AbortController(), (it) => it.abort());
  let attemptsFailed = 0;
  let stopWait = () => {};

  async function load(): Promise<void> {
    stopWait();
    try {
      const { titles } = z.parse(TitleList, await ports.fetchTitles(abort.signal));
      attemptsFailed = 0;
      state.set({ is: "ready", titles });
    } catch (error) {
      if (scope.closed) return;
      console.warn("nearframe: the list of titles could not be read:", error);
      if (state.behavior.value.is === "loading") state.set({ is: "unreachable" });
      stopWait = ports.timers.after(backoffMs(attemptsFailed, ports.random), () => void load());
      attemptsFailed += 1;
    }
  }

  scope.own(undefined, () => stopWait());
  void load();
  return { state: state.behavior, retry: () => void load() };
}
