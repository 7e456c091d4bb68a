// The whole page: where the player is, the line to the server, the titles. One per tab.

import type { Scope } from "@nearframe/shared/lifetime";
import { createControlLink, type ControlLink } from "../stream/control-link.ts";
import { browserTimers } from "../timers.ts";
import { createCatalogue, type CatalogueModel } from "./catalogue.ts";
import { createRouter, type Router } from "./route.ts";
import { createTokenStore } from "./token-store.ts";

export interface App {
  readonly router: Router;
  readonly link: ControlLink;
  readonly catalogue: CatalogueModel;
}

export function createBrowserApp(scope: Scope, window: Window): App {
  const { origin } = window.location;
  const link = createControlLink(scope, {
    openSocket: () => new WebSocket(`${origin.replace(/^http/, "ws")}/control`),
    token: createTokenStore(window),
    timers: browserTimers,
    random: Math.random,
    onMalformed: (detail) => console.warn("nearframe: the server sent what no server sends:", detail),
  });
  const retry = () => link.retryNow();
  const retryIfSeen = () => window.document.visibilityState === "visible" && retry();
  window.addEventListener("online", retry);
  window.document.addEventListener("visibilitychange", retryIfSeen);
  scope.own(window, () => {
    window.removeEventListener("online", retry);
    window.document.removeEventListener("visibilitychange", retryIfSeen);
  });
  return {
    router: createRouter(scope, window),
    link,
    catalogue: createCatalogue(scope, {
      timers: browserTimers,
      random: Math.random,
      async fetchTitles(signal) {
        const response = await fetch("/api/titles", { signal, headers: { accept: "application/json" } });
        if (!response.ok) throw new Error(`the server answered ${response.status}`);
        return response.json() as Promise<unknown>;
      },
    }),
  };
}
