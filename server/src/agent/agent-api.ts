// For programs that act in a player's session, by the player's leave: docs/agent-api.md.

import express, { Router, type Request, type Response } from "express";
import { AgentAction, parseAgentToken, type AgentRequest } from "@nearframe/shared/agent/agent";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { refuse } from "../http/refusals.ts";
import type { AgentCalls } from "./agent-calls.ts";

export type AgentApiPorts = { agents: AgentCalls };

const BEARER = /^Bearer (\S{1,200})$/i;
const Width = z.optional(z.coerce.number().check(z.int(), z.gte(64), z.lte(1_920)));
const STATUS: Readonly<Record<string, number>> = {
  AGENT_NOT_GRANTED: 403, AGENT_TOO_FAST: 429, AGENT_NO_ANSWER: 504, AGENT_TOO_EARLY: 409, AGENT_ANSWER_LARGE: 413,
};

export function agentApi({ agents }: AgentApiPorts): Router {
  const router = Router();

  async function answer(request: Request, response: Response, asked: AgentRequest): Promise<void> {
    const token = parseAgentToken(BEARER.exec(request.headers.authorization ?? "")?.[1] ?? "");
    if (!token) {
      response.set("WWW-Authenticate", "Bearer");
      return refuse(response, 401, "TOKEN_REFUSED", "show the token that the player gave you, as `Authorization: Bearer TOKEN`");
    }
    const answered = await agents.call(token.sessionId, token.secret, asked);
    if (!answered.ok) return refuse(response, STATUS[answered.code] ?? 502, answered.code, answered.message);
    response.status(200).set("Cache-Control", "no-store").type(answered.type).send(Buffer.from(answered.data, "base64"));
  }

  router.post("/act", express.json({ limit: "8kb" }), async (request, response) => {
    const action = z.safeParse(AgentAction, request.body, WORDS);
    if (!action.success) return refuse(response, 400, "ACTION_INVALID", describeIssues(action.error.issues));
    await answer(request, response, { ask: "act", act: action.data });
  });
  router.get("/screen", async (request, response) => {
    const width = z.safeParse(Width, request.query.width);
    if (!width.success) return refuse(response, 400, "WIDTH_INVALID", "the width is a number of pixels from 64 to 1920");
    await answer(request, response, { ask: "screen", ...(width.data === undefined ? {} : { widthMax: width.data }) });
  });
  router.get("/tree", (request, response) => answer(request, response, { ask: "tree" }));
  return router;
}
