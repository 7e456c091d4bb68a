// Players report problems; the server's operator reads them.

import { randomInt } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import { PROBLEM_BYTES_MAX, PROBLEM_ID_LETTERS, ProblemReport, type ProblemReceipt } from "@nearframe/shared/api/problem";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import express, { Router, type RequestHandler } from "express";
import * as z from "zod/mini";
import { showsToken } from "../nodes/node-token.ts";
import type { Identity } from "../players/identity.ts";
import type { ProblemStore } from "../store/problem-ports.ts";
import { readPlayer } from "./read-player.ts";
import { refuse } from "./refusals.ts";

export type ProblemsApiPorts = { clock: Clock; identity: Pick<Identity, "read">; store: ProblemStore; adminToken: string };

/** Who has reported so often in an hour has said it. */
const PER_PLAYER_MAX = 6;
const PER_PLAYER_MS = 3600 * 1000;
/** At the most 192 MB, and far less as they are. */
const ROWS_MAX = 1_000;
const LISTED_MAX = 100;
const ID_LENGTH = 8;

const makeId = () => Array.from({ length: ID_LENGTH }, () => PROBLEM_ID_LETTERS[randomInt(PROBLEM_ID_LETTERS.length)]).join("");

export function problemsApi({ clock, identity, store, adminToken }: ProblemsApiPorts): Router {
  const router = Router();

  router.post("/", express.json({ limit: PROBLEM_BYTES_MAX }), async (request, response) => {
    const playerId = await readPlayer(identity, request, response);
    if (playerId === undefined) return;
    const report = z.safeParse(ProblemReport, request.body, WORDS);
    if (!report.success) return refuse(response, 400, "REPORT_INVALID", describeIssues(report.error.issues));
    const atMs = clock.wallMs();
    const limits = { perPlayerMax: PER_PLAYER_MAX, sinceMs: atMs - PER_PLAYER_MS, rowsMax: ROWS_MAX };
    const id = makeId();
    // 30 to the 8th ids: one that is taken is an accident, and the player presses again.
    if ((await store.saveProblem({ id, playerId, atMs, report: report.data }, limits)) !== "saved") {
      return refuse(response, 429, "REPORTS_TOO_MANY", "you have reported often within this hour; what you sent is being looked at");
    }
    response.status(201).set("Cache-Control", "no-store").json({ problemId: id } satisfies ProblemReceipt);
  });

  const requireAdmin: RequestHandler = (request, response, next) => {
    if (showsToken(request.headers.authorization, adminToken)) return next();
    response.set("WWW-Authenticate", "Bearer");
    refuse(response, 401, "TOKEN_REFUSED", "show the server's admin token, as `Authorization: Bearer TOKEN`");
  };
  router.get("/", requireAdmin, async (_request, response) => {
    const problems = (await store.newestProblems(LISTED_MAX)).map(({ id, atMs, report }) => ({
      problemId: id, atMs, kind: report.kind, note: report.note, titleId: report.titleId, sessionId: report.sessionId,
    }));
    response.set("Cache-Control", "no-store").json({ problems });
  });
  router.get("/:id", requireAdmin, async (request, response) => {
    const problem = await store.findProblem(String(request.params["id"]).toUpperCase());
    if (!problem) return refuse(response, 404, "PROBLEM_UNKNOWN", "there is no such report, or it has made room for newer ones");
    response.set("Cache-Control", "no-store").json({ problemId: problem.id, atMs: problem.atMs, playerId: problem.playerId, ...problem.report });
  });
  return router;
}
