// What the page asks of the server over HTTP in the player's name. Answers are parsed here.

import { ProblemReceipt, type ProblemReport } from "@nearframe/shared/api/problem";
import { Handoff, HandoffToken } from "@nearframe/shared/api/handoff";
import type { Rating } from "@nearframe/shared/api/rating";
import { SaveList, TitleSaves } from "@nearframe/shared/api/saves";
import * as z from "zod/mini";

export interface ServerApi {
  /** Each rejects when the server did not take it or can't be reached. */
  putRating(sessionId: string, rating: Rating): Promise<void>;
  postProblem(report: ProblemReport): Promise<ProblemReceipt>;
  fetchSaves(): Promise<SaveList>;
  chooseSave(titleId: string, saveId: string): Promise<TitleSaves>;
  /** A code by which another device becomes this player. */
  makeHandoff(): Promise<Handoff>;
  /** The token of the player whose code it is. */
  takeHandoff(code: string): Promise<string>;
}

/** The server answered, and it was no. */
export class RefusedError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`the server answered ${status}`);
    this.status = status;
  }
}

/** A page that waits longer tells its player that it did not work. */
const ANSWER_MS = 15_000;

export function createServerApi(readToken: () => string | undefined, fetch: typeof window.fetch): ServerApi {
  async function ask(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<Response> {
    const response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      headers: { authorization: `Bearer ${readToken() ?? ""}`, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new RefusedError(response.status);
    return response;
  }
  const read = async <S extends z.ZodMiniType>(schema: S, response: Response) => z.parse(schema, await response.json());
  return {
    async putRating(sessionId, rating) {
      await ask("PUT", `/api/sessions/${sessionId}/rating`, rating);
    },
    postProblem: async (report) => read(ProblemReceipt, await ask("POST", "/api/problems", report)),
    fetchSaves: async () => read(SaveList, await ask("GET", "/api/saves")),
    chooseSave: async (titleId, saveId) => read(TitleSaves, await ask("POST", `/api/saves/${titleId}/choose`, { saveId })),
    makeHandoff: async () => read(Handoff, await ask("POST", "/api/handoffs")),
    takeHandoff: async (code) => (await read(HandoffToken, await ask("POST", "/api/handoffs/take", { code }))).token,
  };
}
