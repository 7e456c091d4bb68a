// The client's build: files whose names carry a hash are kept for ever, the page
// itself is asked for anew each time.

import path from "node:path";
import express, { Router, type RequestHandler } from "express";
import { refuse } from "./refusals.ts";

/** Vite puts what has a hash in its name here. */
const HASHED_FOLDER = "assets";

/** The addresses that the client has a page for (`client/src/view-model/route.ts`). */
const PAGES = ["/", "/search", "/recents", "/settings", "/continue", "/nodes", "/nodes/:nodeId", "/play/:titleId", "/join/:code", "/pad/:code"];

export function clientFiles(folder: string): Router {
  const router = Router();
  router.use(
    `/${HASHED_FOLDER}`,
    express.static(path.join(folder, HASHED_FOLDER), { index: false, immutable: true, maxAge: "365d", redirect: false }),
  );
  router.use(express.static(folder, { index: false, maxAge: 0, redirect: false }));
  const page = servePage(folder, 200);
  for (const address of PAGES) router.get(address, page);
  // Any other address that a person typed: the client shows that there is nothing.
  router.get("/{*path}", (request, response, next) => {
    const asksForPage = request.accepts(["json", "html"]) === "html" && path.extname(request.path) === "";
    if (!asksForPage || request.path.startsWith("/api/")) return next();
    return servePage(folder, 404)(request, response, next);
  });
  return router;
}

function servePage(folder: string, status: number): RequestHandler {
  return (_request, response, next) => {
    response.status(status).set("Cache-Control", "no-cache");
    response.sendFile("index.html", { root: folder, dotfiles: "allow", cacheControl: false }, (error?: Error) => {
      if (!error || response.headersSent) return;
      const missing = "code" in error && error.code === "ENOENT";
      if (!missing) return next(error);
      refuse(response, 503, "CLIENT_NOT_BUILT", "the client is not built yet; run `npm start`, which builds it");
    });
  };
}
