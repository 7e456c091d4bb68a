// Nothing, at once, to anybody: what players and nodes measure their round trips to. Any server
// may stand as a probe point of another network.

import type { RequestHandler } from "express";

export const ECHO_PATH = "/api/echo";

export const echo: RequestHandler = (_request, response) => {
  response
    .status(204)
    .set({ "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin" })
    .end();
};
