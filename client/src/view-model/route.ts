// Which page an address means, and how to go there.

import { tidyCode, type GuestRole } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";

/** Pages of one piece, and where they are. The server answers these addresses with the page too. */
const PAGES = { home: "/", search: "/search", recents: "/recents", settings: "/settings", continue: "/continue", nodes: "/nodes" } as const;
export type Page = keyof typeof PAGES;

export type Route =
  | { page: Page }
  | { page: "play"; titleId: string }
  | { page: "join" | "pad"; code: string }
  | { page: "node"; nodeId: string }
  | { page: "unknown"; path: string };

export function parseRoute(path: string): Route {
  if (path === "/index.html") return { page: "home" };
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  for (const page of Object.keys(PAGES) as Page[]) if (PAGES[page] === plain) return { page };
  const nodeId = /^\/nodes\/([A-Za-z0-9_.:-]{1,64})$/.exec(plain)?.[1];
  if (nodeId !== undefined) return { page: "node", nodeId };
  const titleId = /^\/play\/([a-z0-9-]{1,64})$/.exec(plain)?.[1];
  if (titleId !== undefined) return { page: "play", titleId };
  // As it was typed, perhaps: with its hyphen, or in capitals.
  const [, page, typed] = /^\/(join|pad)\/([A-Za-z0-9-]{1,20})$/.exec(plain) ?? [];
  if (page !== "join" && page !== "pad") return { page: "unknown", path };
  return { page, code: tidyCode(typed ?? "") };
}

export const pagePath = (page: Page): string => PAGES[page];
export const homePath = PAGES.home;
/** A controller's link opens as a pad, any other as a place to watch. */
export const invitePath = (role: GuestRole, code: string) => `/${role === "controller" ? "pad" : "join"}/${code}`;
export const nodePath = (nodeId: string) => `/nodes/${nodeId}`;
export const playPath = (titleId: string) => `/play/${titleId}`;

export interface Router {
  readonly route: Behavior<Route>;
  /** When the player asked for this page, on the page's clock: 0 is the navigation itself. */
  readonly arrivedAtMs: number;
  /** The player said "continue here": what runs elsewhere comes without a further question. */
  readonly takesOver: boolean;
  go(path: string, how?: { takesOver: boolean }): void;
  /** To where the player came from; home when that is outside. */
  back(): void;
  /**
   * While a session runs a swipe from the screen's edge or a pad's back button must not
   * end it: it is told here instead, until the returned function is called.
   */
  holdBack(onBack: () => void): () => void;
  /** Fetches the page anew, as after an update of the service. */
  reload(): void;
}

export function createRouter(scope: Scope, window: Window): Router {
  const route = createSource<Route>(parseRoute(window.location.pathname));
  let arrivedAtMs = 0;
  let takesOver = false;
  let steps = 0;
  const follow = () => {
    arrivedAtMs = performance.now();
    route.set(parseRoute(window.location.pathname));
  };
  let held: { path: string; onBack: () => void } | undefined;
  const followBack = () => {
    if (held) {
      // The browser has gone back already: to where the session is again.
      window.history.pushState(null, "", held.path);
      return held.onBack();
    }
    steps = Math.max(0, steps - 1);
    takesOver = false;
    follow();
  };
  window.addEventListener("popstate", followBack);
  scope.own(window, () => window.removeEventListener("popstate", followBack));
  const go = (path: string, how = { takesOver: false }) => {
    ({ takesOver } = how);
    if (path !== window.location.pathname) {
      steps += 1;
      window.history.pushState(null, "", path);
    }
    window.scrollTo(0, 0);
    follow();
  };
  return {
    route: route.behavior,
    get arrivedAtMs() {
      return arrivedAtMs;
    },
    get takesOver() {
      return takesOver;
    },
    go,
    back() {
      if (steps > 0) window.history.back();
      else go(homePath);
    },
    holdBack(onBack) {
      const mine = { path: window.location.pathname, onBack };
      held = mine;
      return () => {
        if (held === mine) held = undefined;
      };
    },
    reload: () => window.location.reload(),
  };
}
