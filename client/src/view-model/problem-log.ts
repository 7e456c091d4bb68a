// What the page remembers of the last minutes, in case the player says that something is
// wrong: telemetry second by second, and what happened to the session. Bounded. Pure.

import {
  PROBLEM_SECONDS_MAX, PROBLEM_TURNS_MAX, type ProblemKind, type ProblemReport,
} from "@nearframe/shared/api/problem";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { SessionState } from "../stream/session-state.ts";

export type ProblemLog = {
  turns: readonly { atMs: number; what: string }[];
  seconds: readonly { atMs: number; sample: PlayerSample }[];
};

export const EMPTY_LOG: ProblemLog = { turns: [], seconds: [] };

/** The newest stay. A turn that says what the last one said is none. */
export function addTurn(log: ProblemLog, atMs: number, what: string): ProblemLog {
  if (log.turns.at(-1)?.what === what) return log;
  return { ...log, turns: [...log.turns, { atMs, what: what.slice(0, 120) }].slice(-PROBLEM_TURNS_MAX) };
}

export const addSample = (log: ProblemLog, atMs: number, sample: PlayerSample): ProblemLog => ({
  ...log,
  seconds: [...log.seconds, { atMs, sample }].slice(-PROBLEM_SECONDS_MAX),
});

/** Where a session stands, in a few words for whoever reads reports. */
export function describeTurn(state: SessionState): string {
  const line = state.control === "up" ? "" : ", server away";
  switch (state.phase) {
    case "preparing":
    case "requested":
    case "elsewhere":
      return state.phase + line;
    case "starting": {
      const at = state.queue ? `queued at ${state.queue.position}` : (state.steps.at(-1) ?? "no step yet");
      return `starting: ${at}, media ${state.media.is}${line}`;
    }
    case "playing":
      return `playing, media ${state.media.is}${state.moving === undefined ? "" : `, moving: ${state.moving}`}${line}`;
    case "over": {
      const { outcome } = state;
      return `over: ${outcome.kind === "ended" ? outcome.reason : outcome.kind === "local" ? outcome.cause : outcome.code}`;
    }
  }
}

export type Complaint = { kind: ProblemKind; note: string };

export function makeReport(
  log: ProblemLog,
  { kind, note }: Complaint,
  about: Pick<ProblemReport, "titleId" | "sessionId" | "page">,
  nowMs: number,
): ProblemReport {
  const ago = (atMs: number) => Math.min(86_400_000, Math.max(0, Math.round(nowMs - atMs)));
  return {
    kind, note: note.trim(), ...about,
    turns: log.turns.map(({ atMs, what }) => ({ agoMs: ago(atMs), what })),
    seconds: log.seconds.map(({ atMs, sample }) => ({ agoMs: ago(atMs), sample })),
  };
}
