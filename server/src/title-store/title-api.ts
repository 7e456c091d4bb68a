// Titles over HTTP: for nodes, which fetch what they lack, and for whoever publishes.

import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler } from "express";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { Digest } from "@nearframe/shared/saves/transfer";
import { Digests, PACKAGE_BYTES_MAX, STORED_CHUNK_BYTES_MAX, TitlePackage } from "@nearframe/shared/title-store/package";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { refuse } from "../http/refusals.ts";
import { showsToken } from "../nodes/node-token.ts";
import { TitleRefusedError, type LocalTitles, type TitleStore } from "./title-store.ts";

export type TitleApiPorts = { titleStore: TitleStore; localTitles: LocalTitles; adminToken: string };

/** Each holds a piece or two in memory. */
const TRANSFERS_MAX = 64;
const RETRY_AFTER_S = 2;
const BEARER = /^Bearer (\S{1,2048})$/i;
/** A piece is the same for ever under its digest. */
const FOR_EVER = "private, max-age=31536000, immutable";

const Activation = z.strictObject({ digest: Digest });

export function titleStoreApi({ titleStore, localTitles, adminToken }: TitleApiPorts): Router {
  const router = Router();
  const requireAdmin: RequestHandler = (request, _response, next) => {
    if (showsToken(request.headers.authorization, adminToken)) return next();
    throw new TitleRefusedError(401, "ADMIN_TOKEN_REFUSED", "show the server's admin token: NEARFRAME_ADMIN_TOKEN, or what is in admin-token in its data folder");
  };
  const titleOf = (request: Request) => titleStore.readTicket(BEARER.exec(request.headers.authorization ?? "")?.[1] ?? "");
  router.use(boundTransfers());

  router.get("/chunks/:digest", async (request, response) => {
    titleOf(request);
    const chunk = await titleStore.getChunk(parse(Digest, request.params.digest));
    response.set("Cache-Control", FOR_EVER).type("application/octet-stream").send(Buffer.from(chunk));
  });
  router.get("/:titleId/current", async (request, response) => {
    if (titleOf(request) !== request.params.titleId) throw new TitleRefusedError(403, "TICKET_REFUSED", "this ticket is for another title");
    response.set("Cache-Control", "no-store").json(await titleStore.current(request.params.titleId, localTitles));
  });

  router.post("/missing", requireAdmin, express.json({ limit: "128kb" }), async (request, response) => {
    const { digests } = parse(Digests, request.body);
    response.json({ digests: await titleStore.missing(digests) } satisfies Digests);
  });
  router.put("/chunks/:digest", requireAdmin, express.raw({ type: () => true, limit: STORED_CHUNK_BYTES_MAX }), async (request, response) => {
    const body: unknown = request.body;
    await titleStore.putChunk(parse(Digest, request.params["digest"]), Buffer.isBuffer(body) ? body : Buffer.alloc(0));
    response.status(204).end();
  });
  router.post("/", requireAdmin, express.json({ limit: PACKAGE_BYTES_MAX }), async (request, response) => {
    const version = await titleStore.publish(parse(TitlePackage, request.body));
    await localTitles.refresh();
    response.json(version);
  });
  router.get("/:titleId", requireAdmin, async (request, response) => {
    response.set("Cache-Control", "no-store").json({ versions: await titleStore.versions(String(request.params["titleId"])) });
  });
  router.post("/:titleId/activate", requireAdmin, express.json({ limit: "4kb" }), async (request, response) => {
    const { digest } = parse(Activation, request.body);
    const version = await titleStore.activate(String(request.params["titleId"]), digest);
    await localTitles.refresh();
    response.json(version);
  });
  router.use(refuseTitles);
  return router;
}

function parse<S extends z.ZodMiniType>(schema: S, value: unknown): z.output<S> {
  const parsed = z.safeParse(schema, value, WORDS);
  if (parsed.success) return parsed.data;
  throw new TitleRefusedError(400, "REQUEST_INVALID", describeIssues(parsed.error.issues));
}

function boundTransfers(): RequestHandler {
  let transfers = 0;
  return (_request, response, next) => {
    if (transfers >= TRANSFERS_MAX) {
      response.set("Retry-After", String(RETRY_AFTER_S));
      return refuse(response, 503, "BUSY", "too many titles are on their way; try again in a moment");
    }
    transfers++;
    response.once("close", () => void transfers--);
    next();
  };
}

/** Four parameters, or express takes it for an ordinary handler. */
const refuseTitles: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof TitleRefusedError) || response.headersSent) return next(error);
  refuse(response, error.status, error.code, error.message);
};
