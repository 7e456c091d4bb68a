// A host asks that a penalty, or marks of its play, be looked at again: signed with the node's key, so that
// nobody else can, and noted by the referee, who has a fresh committee look, or looks at the play itself.

import express, { Router } from "express";
import { APPEAL_AGE_MS_MAX, AppealRequest } from "@nearframe/shared/api/checking";
import { nodeIdOf, signedText } from "@nearframe/shared/node/identity";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { verifySignature } from "../checking/checker-door.ts";
import { APPEAL_EVERY_MS } from "../checking/limits.ts";
import { mayAppeal } from "../checking/standing.ts";
import type { CheckingStore } from "../store/checking-ports.ts";
import { refuse } from "./refusals.ts";

export type AppealsApiPorts = {
  clock: { wallMs(): number };
  store: Pick<CheckingStore, "standings">;
  checking: { appeal(nodeId: string, reason: string): void };
};

export function appealsApi({ clock, store, checking }: AppealsApiPorts): Router {
  const router = Router();
  router.post("/", express.json({ limit: "4kb" }), async (request, response) => {
    const parsed = z.safeParse(AppealRequest, request.body, WORDS);
    if (!parsed.success) return refuse(response, 400, "APPEAL_INVALID", describeIssues(parsed.error.issues));
    const { nodeId, publicKey, atMs, reason, signature } = parsed.data;
    const nowMs = clock.wallMs();
    const isTheirs = nodeIdOf(Buffer.from(publicKey, "base64url")) === nodeId && verifySignature(publicKey, signedText(parsed.data), signature);
    if (!isTheirs) return refuse(response, 403, "APPEAL_NOT_SIGNED", "an appeal is signed with the key of the node that it is for");
    if (Math.abs(nowMs - atMs) > APPEAL_AGE_MS_MAX) return refuse(response, 400, "APPEAL_OLD", "the appeal is old, or the machine's clock is wrong; ask again");
    const [standing] = await store.standings([nodeId]);
    if (!standing || !mayAppeal(standing, nowMs)) return refuse(response, 409, "NOT_QUARANTINED", "no penalty keeps this node out, and no play on it is marked, so there is nothing to appeal against");
    const { appeal } = standing;
    if (appeal && appeal.state !== "asked" && nowMs - appeal.atMs < APPEAL_EVERY_MS) {
      return refuse(response, 429, "APPEALED_ALREADY", `the last appeal was ${appeal.state}; a node may appeal once a day`);
    }
    checking.appeal(nodeId, reason);
    // The referee notes it, which may be another process: `GET /api/checking/nodes/ID` shows it.
    response.status(202).set("Cache-Control", "no-store").json({ nodeId });
  });
  return router;
}
