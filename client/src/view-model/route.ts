// Which page an address means, and how to go there.

import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";

export type Route = { page: "home" } | { page: "play"; titleId: string } | { page: "unknown"; path: string };

export function parseRoute(path: string): Route {
  if (path === "/" || path === "/index.html") return { page: "home" };
  const titleId = /^\/play\/([a-z0-9-]{1,64})\/?$/.exec(path)?.[1];
  return titleId === undefined ? { page: "unknown", path } : { page: "play", titleId };
}

export const homePath = "/";
export const playPath = (titleId: string) => `/play/${titleId}`;

export interface Router {
  readonly route: Behavior<Route>;
  /** When the player asked for this page, on the page's clock: 0 is the navigation itself. */
  readonly arrivedAtMs: number;
  go(path: string): void;
  /** Fetches the page anew, as after an update of the service. */
  reload(): void;
}

export function createRouter(scope: Scope, window: Window): Router {
  const route = createSource<Route>(parseRoute(window.location.pathname));
  let arrivedAtMs = 0;
  const follow = () => {
    arrivedAtMs = performance.now();
    show();
  };
  const show = () => route.set(parseRoute(window.location.pathname));
  window.addEventListener("popstate", follow);
  scope.own(window, () => window.removeEventListener("popstate", follow));
  return {
    route: route.behavior,
    get arrivedAtMs() {
      return arrivedAtMs;
    },
    go(path) {
      if (path !== window.location.pathname) window.history.pushState(null, "", path);
      window.scrollTo(0, 0);
      follow();
    },
    reload: () => window.location.reload(),
  };
}
