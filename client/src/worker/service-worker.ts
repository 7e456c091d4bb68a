// The page's service worker: files that never change are kept on the device, and where
// the server can't be reached a page says so. Holds no code of the app, so there is
// nothing in it that could be of another version than the page.

import { chooseOutdated, chooseStrategy } from "./choose-strategy.ts";

/** What of `ServiceWorkerGlobalScope` is used; TypeScript can't have its library and the DOM's at once. */
type WorkerScope = {
  readonly location: { readonly origin: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(type: "fetch", listener: (event: Fetching) => void): void;
};
type Waiting = { waitUntil(done: Promise<unknown>): void };
type Fetching = Waiting & { readonly request: Request; respondWith(answer: Promise<Response>): void };

const worker = globalThis as unknown as WorkerScope;

const OFFLINE = "nearframe-offline-1";
const KEPT = "nearframe-kept-1";
const OFFLINE_PAGE = "/offline.html";
const OFFLINE_FILES = [OFFLINE_PAGE, "/offline.css", "/offline.js", "/mark.svg"];
/** Two versions of the app and the art of some dozens of titles. */
const KEPT_MAX = 160;

worker.addEventListener("install", (event) => {
  event.waitUntil(caches.open(OFFLINE).then((cache) => cache.addAll(OFFLINE_FILES)).then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  event.waitUntil(dropOtherCaches().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  switch (chooseStrategy(request, worker.location.origin)) {
    case "page":
      return event.respondWith(fetch(request).catch(offlinePage));
    case "keep":
      return event.respondWith(keptOrFetched(event));
    case "leave":
      // The offline page's own parts, while the server is away.
      if (OFFLINE_FILES.includes(new URL(request.url).pathname)) {
        event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
      }
  }
});

async function keptOrFetched(event: Fetching): Promise<Response> {
  const kept = await caches.match(event.request);
  if (kept) return kept;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(keep(event.request, response.clone()));
  return response;
}

async function keep(request: Request, response: Response): Promise<void> {
  const cache = await caches.open(KEPT);
  await cache.put(request, response);
  const outdated = chooseOutdated((await cache.keys()).map(({ url }) => url), KEPT_MAX);
  await Promise.all(outdated.map((url) => cache.delete(url)));
}

async function offlinePage(): Promise<Response> {
  return (await caches.match(OFFLINE_PAGE)) ?? Response.error();
}

async function dropOtherCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== OFFLINE && name !== KEPT).map((name) => caches.delete(name)));
}
