// How a session changes, seen from the player's side. Pure: state, event and now
// in; state and effects out. `play-session.ts` does the effects. What happens once the
// server has made the session is in `session-live.ts`.

import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { pathWakesAtMs } from "./media-path.ts";
import { fail, finish, type Context, type Step } from "./session-ends.ts";
import { startedSession, whileLive } from "./session-live.ts";
import type { Elsewhere, Preparing, Requested, SessionEvent, SessionState } from "./session-state.ts";

export type { Step } from "./session-ends.ts";
export { FRAME_TIMEOUT_MS } from "./session-live.ts";

/** Long enough for a page opened during a server's restart. */
export const PREPARE_TIMEOUT_MS = 15_000;
export const REQUEST_TIMEOUT_MS = 15_000;

export function startSession(titleId: string, tappedAtMs: number, nowMs: number, takesOver = false): SessionState {
  return {
    phase: "preparing", titleId, tappedAtMs, control: "down",
    device: undefined, held: [], takesOver, untilMs: nowMs + PREPARE_TIMEOUT_MS,
  };
}

export function transition(state: SessionState, event: SessionEvent, context: Context): Step {
  if (state.phase === "over") return [state, []];
  if (event.kind === "leave-pressed") return leave(state);
  if (event.kind === "control-closed") return finish(state, { kind: "local", cause: event.why });
  if (event.kind === "device-unfit") return fail(state, event.cause, event.detail);
  switch (state.phase) {
    case "preparing":
      return whilePreparing(state, event, context);
    case "requested":
      return whileRequested(state, event, context);
    case "elsewhere":
      return whileElsewhere(state, event, context);
    case "starting":
    case "playing":
      return whileLive(state, event, context);
  }
}

/** When to come back with "time-passed"; Infinity for never. */
export function wakesAtMs(state: SessionState): number {
  switch (state.phase) {
    case "preparing":
    case "requested":
      return state.untilMs;
    case "starting":
    case "playing": {
      const startMs = state.phase === "starting" ? Math.min(state.frameUntilMs ?? Infinity, state.slowAtMs ?? Infinity) : Infinity;
      return Math.min(pathWakesAtMs(state.media), startMs);
    }
    case "elsewhere":
    case "over":
      return Infinity;
  }
}

function whilePreparing(state: Preparing, event: SessionEvent, context: Context): Step {
  switch (event.kind) {
    case "device-known":
      return askIfReady({ ...state, device: event.device }, context);
    case "control-opened":
      return askIfReady({ ...state, control: "up", held: event.held }, context);
    case "control-lost":
      return [{ ...state, control: "down" }, []];
    case "time-passed":
      if (context.nowMs < state.untilMs) return [state, []];
      return fail(state, state.control === "up" ? "player-broken" : "server-unreachable");
    default:
      return [state, []];
  }
}

function askIfReady(state: Preparing, context: Context): Step {
  const { device, control, held, titleId, tappedAtMs, takesOver } = state;
  if (!device || control === "down") return [state, []];
  const resuming = held.find((session) => session.titleId === titleId)?.sessionId;
  return ask({ titleId, tappedAtMs, control, device, resuming, takeOver: takesOver && resuming !== undefined }, context);
}

function ask(
  base: Pick<Requested, "titleId" | "tappedAtMs" | "control" | "device" | "resuming" | "takeOver">,
  { nowMs, makeId }: Context,
): Step {
  const requestId = makeId();
  const { device, resuming, titleId, takeOver } = base;
  return [
    { phase: "requested", ...base, requestId, untilMs: nowMs + REQUEST_TIMEOUT_MS },
    [
      {
        do: "send",
        message:
          resuming === undefined
            ? { type: "session.request", requestId, titleId, device }
            : { type: "session.resume", requestId, sessionId: resuming, device, ...(takeOver ? { takeOver } : {}) },
      },
    ],
  ];
}

function whileRequested(state: Requested, event: SessionEvent, context: Context): Step {
  switch (event.kind) {
    case "message":
      return requestedMessage(state, event.message, context);
    case "control-lost": {
      // The session may be made all the same; then the next welcome names it as held.
      const { titleId, tappedAtMs, device } = state;
      const untilMs = context.nowMs + PREPARE_TIMEOUT_MS;
      return [{ phase: "preparing", titleId, tappedAtMs, control: "down", device, held: [], takesOver: state.takeOver, untilMs }, []];
    }
    case "time-passed":
      return context.nowMs < state.untilMs ? [state, []] : fail(state, "no-answer");
    default:
      return [state, []];
  }
}

function requestedMessage(state: Requested, message: ServerToClient, context: Context): Step {
  const { titleId, tappedAtMs, control, device, resuming } = state;
  if (message.type === "error" && message.requestId === state.requestId) {
    if (message.code === "PLAYED_ELSEWHERE" && resuming !== undefined) {
      return [{ phase: "elsewhere", titleId, tappedAtMs, control, device, sessionId: resuming }, []];
    }
    // What was held is gone by now: start afresh.
    if (resuming !== undefined) return ask({ ...state, resuming: undefined, takeOver: false }, context);
    return finish(state, { kind: "refused", code: message.code, message: message.message });
  }
  if (message.type === "session.ended" && message.sessionId === resuming) {
    return ask({ ...state, resuming: undefined, takeOver: false }, context);
  }
  if (message.type !== "session.created" || message.requestId !== state.requestId) return [state, []];
  return [startedSession({ titleId, tappedAtMs, control, device }, message.sessionId, message.title), []];
}

/** The choice is the player's, however long it takes; what is played elsewhere plays on. */
function whileElsewhere(state: Elsewhere, event: SessionEvent, context: Context): Step {
  const { titleId, device, sessionId } = state;
  switch (event.kind) {
    case "control-opened":
      return [{ ...state, control: "up" }, []];
    case "control-lost":
      return [{ ...state, control: "down" }, []];
    case "take-over-pressed": {
      const untilMs = context.nowMs + PREPARE_TIMEOUT_MS;
      const base = { titleId, tappedAtMs: context.nowMs, device } as const;
      // Without a line it is asked for as soon as there is one, and as a plain resume: much may have changed by then.
      if (state.control === "down") return [{ phase: "preparing", ...base, control: "down", held: [], takesOver: false, untilMs }, []];
      return ask({ ...base, control: "up", resuming: sessionId, takeOver: true }, context);
    }
    default:
      return [state, []];
  }
}

function leave(state: Exclude<SessionState, { phase: "over" }>): Step {
  const [over, effects] = finish(state, { kind: "ended", reason: "player-left" });
  if (state.phase !== "starting" && state.phase !== "playing") return [over, effects];
  return [over, [{ do: "send", message: { type: "session.leave", sessionId: state.sessionId } }, ...effects]];
}
