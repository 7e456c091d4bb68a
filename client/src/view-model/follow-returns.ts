// Watches a session, the network and the page, and says in which way the session came back.
// Also leaves a mark while a title plays, by which the next page knows that this one crashed.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Behavior } from "../behavior.ts";
import type { SessionState } from "../stream/session-state.ts";
import type { Timers } from "../timers.ts";
import type { Shelf } from "./browser-storage.ts";
import { makeReturns, noteReturn, type Arrival, type News, type ReturnEvent } from "./returns.ts";

const MARK = "nearframe.playing";
/** A path that died with the old network is noticed in about a second (docs/probing.md). */
const SETTLE_MS = 2_500;

/** How the browser says that this page came to be. */
export type PageOrigin = {
  /** `PerformanceNavigationTiming.type` of the page. */
  navigation: string | undefined;
  /** The browser had closed it to save memory, and opens it again (`document.wasDiscarded`). */
  discarded: boolean;
};

export type ReturnPorts = {
  page: Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;
  window: Pick<Window, "addEventListener" | "removeEventListener">;
  storage: Shelf | undefined;
  origin: PageOrigin;
  timers: Timers;
  followNetwork(scope: Scope, onChanged: () => void): void;
  onNews(news: News): void;
};

/** A page that was left, or went with the browser's leave, has taken its mark along. */
export function arrivalOf({ navigation, discarded }: PageOrigin, marked: boolean): Arrival {
  if (discarded) return "put-away";
  if (marked) return "stopped";
  return navigation === "reload" ? "reloaded" : "came-back";
}

export function followReturns(scope: Scope, titleId: string, session: Behavior<SessionState>, ports: ReturnPorts): void {
  const { page, window, storage, timers } = ports;
  let state = makeReturns(arrivalOf(ports.origin, storage?.getItem(MARK) === titleId));
  const happen = (event: ReturnEvent) => {
    const [next, news] = noteReturn(state, event, timers.monotonicMs());
    state = next;
    if (news) ports.onNews(news);
  };
  const unmark = () => storage?.removeItem(MARK);
  const mark = () => {
    try {
      if (session.value.phase === "playing") storage?.setItem(MARK, titleId);
      else if (session.value.phase === "over") unmark();
    } catch (error) {
      console.info("nearframe: this browser keeps nothing; after a crash the page can't say so:", error);
    }
  };
  const follow = () => {
    happen({ kind: "session", session: session.value });
    mark();
  };
  const look = () => happen({ kind: page.visibilityState === "visible" ? "visible" : "hidden" });
  unmark();
  scope.own(session.subscribe(follow), (stop) => stop());
  let stopSettling = () => {};
  scope.own(undefined, () => stopSettling());
  ports.followNetwork(scope, () => {
    happen({ kind: "network-changed" });
    stopSettling();
    stopSettling = timers.after(SETTLE_MS, () => happen({ kind: "network-settled" }));
  });
  page.addEventListener("visibilitychange", look);
  window.addEventListener("pagehide", unmark);
  // Out of the browser's cache of pages, where it went without its mark.
  window.addEventListener("pageshow", mark);
  scope.own(page, () => {
    page.removeEventListener("visibilitychange", look);
    window.removeEventListener("pagehide", unmark);
    window.removeEventListener("pageshow", mark);
    unmark();
  });
}
