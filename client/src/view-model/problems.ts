// Keeps the log of one visit to the play page, and sends it with the player's complaint.

import type { ProblemReport } from "@nearframe/shared/api/problem";
import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { createSource, type Behavior } from "../behavior.ts";
import { sessionIdOf, type SessionState } from "../stream/session-state.ts";
import type { Timers } from "../timers.ts";
import { addSample, addTurn, describeTurn, EMPTY_LOG, makeReport, type Complaint } from "./problem-log.ts";
import { RefusedError, type ServerApi } from "./server-api.ts";

export type ProblemState =
  | { is: "idle" }
  | { is: "sending" }
  | { is: "sent"; problemId: string }
  | { is: "failed"; why: "unreachable" | "too-many" };

export interface Problems {
  readonly state: Behavior<ProblemState>;
  note(sample: PlayerSample): void;
  send(complaint: Complaint): Promise<void>;
  /** The player has read the number, or thinks again. */
  dismiss(): void;
}

export type ProblemPorts = { api: Pick<ServerApi, "postProblem">; timers: Timers; describePage(): ProblemReport["page"] };

const TOO_MANY = 429;

export function createProblems(scope: Scope, titleId: string, session: Behavior<SessionState>, ports: ProblemPorts): Problems {
  const { api, timers } = ports;
  const state = createSource<ProblemState>({ is: "idle" });
  let log = EMPTY_LOG;
  /** The last one that there was: what is over has none any more. */
  let sessionId: string | undefined;
  const follow = () => {
    sessionId = sessionIdOf(session.value) ?? sessionId;
    log = addTurn(log, timers.monotonicMs(), describeTurn(session.value));
  };
  scope.own(session.subscribe(follow), (stop) => stop());
  follow();
  return {
    state: state.behavior,
    note: (sample) => void (log = addSample(log, timers.monotonicMs(), sample)),
    async send(complaint) {
      if (state.behavior.value.is === "sending") return;
      state.set({ is: "sending" });
      const about = { titleId, page: ports.describePage(), ...(sessionId === undefined ? {} : { sessionId }) };
      try {
        const { problemId } = await api.postProblem(makeReport(log, complaint, about, timers.monotonicMs()));
        state.set({ is: "sent", problemId });
      } catch (error) {
        console.warn("nearframe: the report did not reach the server:", error);
        state.set({ is: "failed", why: error instanceof RefusedError && error.status === TOO_MANY ? "too-many" : "unreachable" });
      }
    },
    dismiss: () => state.set({ is: "idle" }),
  };
}
