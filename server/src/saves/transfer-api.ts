// Saves over HTTP, for nodes. Who may is said by the ticket alone: the node of one
// session, for its player and title.

import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler } from "express";
import { PART_BYTES, PARTS_MAX } from "@nearframe/shared/saves/limits";
import { SaveCommit, SaveId } from "@nearframe/shared/saves/transfer";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { refuse } from "../http/refusals.ts";
import { SaveRefusedError, type Saves } from "./saves.ts";
import type { SaveClaims } from "./ticket.ts";

export type TransferSaves = Pick<Saves, "readClaims" | "latestFor" | "readPart" | "writePart" | "commit">;

/** Each holds a part or two in memory. */
const TRANSFERS_MAX = 64;
const RETRY_AFTER_S = 2;

const BEARER = /^Bearer (\S{1,2048})$/i;
/** RFC 9530: `sha-256=:BASE64:`. */
const CONTENT_DIGEST = /^sha-256=:([A-Za-z0-9+/]{43}=):$/;

export function transferApi(saves: TransferSaves): Router {
  const router = Router();
  router.use(boundTransfers());
  router.get("/latest", async (request, response) => {
    response.set("Cache-Control", "no-store").json(await saves.latestFor(claimsOf(request)));
  });
  router.get("/:saveId/parts/:index", async (request, response) => {
    const part = await saves.readPart(claimsOf(request), saveIdOf(request), indexOf(request));
    response.set("Cache-Control", "no-store").type("application/octet-stream").send(part);
  });
  router.put("/:saveId/parts/:index", requireTicket, express.raw({ type: () => true, limit: PART_BYTES }), async (request, response) => {
    const body: unknown = request.body;
    const digest = CONTENT_DIGEST.exec(request.get("content-digest") ?? "")?.[1];
    if (!Buffer.isBuffer(body) || body.byteLength === 0 || digest === undefined) {
      throw new SaveRefusedError(400, "REQUEST_INVALID", "a part is some bytes, with their Content-Digest by sha-256");
    }
    await saves.writePart(claimsOf(request), saveIdOf(request), indexOf(request), body, Buffer.from(digest, "base64"));
    response.status(204).end();
  });
  router.post("/:saveId", requireTicket, express.json({ limit: "4kb" }), async (request, response) => {
    const commit = z.safeParse(SaveCommit, request.body, WORDS);
    if (!commit.success) throw new SaveRefusedError(400, "REQUEST_INVALID", describeIssues(commit.error.issues));
    response.set("Cache-Control", "no-store").json(await saves.commit(claimsOf(request), saveIdOf(request), commit.data));
  });
  router.use(refuseSaves);
  return router;

  function claimsOf(request: Request): SaveClaims {
    return saves.readClaims(BEARER.exec(request.headers.authorization ?? "")?.[1] ?? "");
  }

  /** Before the body is read: a stranger's is not worth the memory. */
  function requireTicket(...[request, , next]: Parameters<RequestHandler>): void {
    claimsOf(request);
    next();
  }
}

/** A node repeats what is refused here after a moment. */
function boundTransfers(): RequestHandler {
  let transfers = 0;
  return (_request, response, next) => {
    if (transfers >= TRANSFERS_MAX) {
      response.set("Retry-After", String(RETRY_AFTER_S));
      return refuse(response, 503, "BUSY", "too many saves are on their way; try again in a moment");
    }
    transfers++;
    response.once("close", () => void transfers--);
    next();
  };
}

function saveIdOf(request: Request): string {
  const saveId = z.safeParse(SaveId, request.params["saveId"]);
  if (saveId.success) return saveId.data;
  throw new SaveRefusedError(404, "SAVE_UNKNOWN", "a save's id is a UUID in lower case");
}

function indexOf(request: Request): number {
  const text = String(request.params["index"]);
  const index = /^\d{1,4}$/.test(text) ? Number(text) : PARTS_MAX;
  if (index < PARTS_MAX) return index;
  throw new SaveRefusedError(404, "PART_UNKNOWN", `parts are numbered from 0 to ${PARTS_MAX - 1}`);
}

/** Four parameters, or express takes it for an ordinary handler. */
const refuseSaves: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof SaveRefusedError) || response.headersSent) return next(error);
  refuse(response, error.status, error.code, error.message);
};
