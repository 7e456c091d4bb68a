// How HTTP says no: a code for programs, a sentence for people, nothing of our insides.

import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import type { ApiError } from "@nearframe/shared/api/titles";
import type { Log } from "../log.ts";

export function refuse(response: Response, status: number, code: string, message: string): void {
  response.status(status).set("Cache-Control", "no-store").json({ code, message } satisfies ApiError);
}

export const refuseUnknown: RequestHandler = (_request, response) => {
  refuse(response, 404, "NOT_FOUND", "there is nothing at this address");
};

/** Nothing here takes a body, so only reading is answered. */
export const refuseWriting: RequestHandler = (request, response, next) => {
  if (request.method === "GET" || request.method === "HEAD") return next();
  response.set("Allow", "GET, HEAD");
  refuse(response, 405, "METHOD_NOT_ALLOWED", "this address can only be read");
};

/** Four parameters, or express takes it for an ordinary handler. */
export function refuseFailures(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const status = statusOf(error);
    if (status >= 500) log.error({ error, path: request.path }, "a request failed");
    if (response.headersSent) return next(error);
    if (status >= 500) return refuse(response, 500, "SERVER_FAILED", "the server could not do this; try again");
    if (status === 404) return refuse(response, 404, "NOT_FOUND", "there is nothing at this address");
    refuse(response, status, "REQUEST_INVALID", "the server does not understand this request");
  };
}

/** express and `send` mark what is the caller's fault with a status below 500. */
function statusOf(error: unknown): number {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}
