// The whole page: where the player is, the line to the server, the titles. One per tab.

import type { Scope } from "@nearframe/shared/lifetime";
import { createControlLink, type ControlLink } from "../stream/control-link.ts";
import { followProbePoints } from "../stream/probe-points.ts";
import { browserTimers } from "../timers.ts";
import { createArrangement, type Arrangement } from "./arrangement.ts";
import { openStorage, type Kept } from "./browser-storage.ts";
import { createCatalogue, type CatalogueModel } from "./catalogue.ts";
import { createDevice, type Device } from "./device-facts.ts";
import { createLock, type Lock } from "./lock.ts";
import { createPlayAhead, type PlayAhead } from "./play-ahead.ts";
import { createRatings, type Ratings } from "./ratings.ts";
import { createRecents, type Recents } from "./recents.ts";
import { createRouter, homePath, type Router } from "./route.ts";
import { createSaveChoices, type SaveChoices } from "./save-choices.ts";
import { createServerApi, type ServerApi } from "./server-api.ts";
import { applySettings, createSettings, type Settings } from "./settings.ts";
import { takeTabId } from "./tab-id.ts";
import { createTokenStore } from "./token-store.ts";

export interface App {
  readonly router: Router;
  readonly link: ControlLink;
  readonly catalogue: CatalogueModel;
  readonly device: Device;
  readonly settings: Kept<Settings>;
  readonly recents: Kept<Recents>;
  readonly arrangement: Kept<Arrangement>;
  readonly ratings: Ratings;
  readonly api: ServerApi;
  readonly saves: SaveChoices;
  readonly lock: Lock;
  readonly playAhead: PlayAhead;
  /** This device is another player from now on: the one whose token this is. */
  become(token: string): void;
  /** Where the play page keeps what a player changed about a title's controls. */
  readonly storage: Storage | undefined;
}

export function createBrowserApp(scope: Scope, window: Window): App {
  const { origin } = window.location;
  const token = createTokenStore(window);
  const link = createControlLink(scope, {
    openSocket: () => new WebSocket(`${origin.replace(/^http/, "ws")}/control`),
    token,
    tabId: takeTabId(window, () => crypto.getRandomValues(new Uint32Array(4)).join("-")),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    timers: browserTimers,
    random: Math.random,
    onMalformed: (detail) => console.warn("nearframe: the server sent what no server sends:", detail),
  });
  followProbePoints(scope, {
    link,
    timers: browserTimers,
    ask: (url) => fetch(url, { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" }),
  });
  const retry = () => link.retryNow();
  const retryIfSeen = () => {
    if (window.document.visibilityState !== "visible") return;
    retry();
    // A page that slept in the background may hold a line that died meanwhile.
    link.checkNow();
  };
  window.addEventListener("online", retry);
  window.document.addEventListener("visibilitychange", retryIfSeen);
  scope.own(window, () => {
    window.removeEventListener("online", retry);
    window.document.removeEventListener("visibilitychange", retryIfSeen);
  });
  const api = createServerApi(token.read, window.fetch.bind(window));
  const storage = openStorage(window);
  const settings = createSettings(storage, savesData(window.navigator));
  const apply = () => applySettings(window.document, settings.value.value);
  scope.own(settings.value.subscribe(apply), (stop) => stop());
  apply();
  const router = createRouter(scope, window);
  const lock = createLock(scope, {
    page: window.document, settings: settings.value, route: router.route, timers: browserTimers,
    installed: window.matchMedia("(display-mode: standalone), (display-mode: fullscreen)").matches,
  });
  return {
    router,
    lock,
    playAhead: createPlayAhead(browserTimers),
    saves: createSaveChoices(scope, { api, link }),
    become(next) {
      token.write(next);
      // Whoever was here before has a line of their own: a new page opens the new player's.
      window.location.assign(homePath);
    },
    link,
    device: createDevice(scope, window),
    settings,
    recents: createRecents(storage),
    arrangement: createArrangement(storage),
    ratings: createRatings({ put: api.putRating }),
    api,
    storage,
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

/** Chromium's "Lite mode" and its successors; other browsers don't tell. */
function savesData(navigator: Navigator): boolean {
  const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
  return connection?.saveData === true;
}
