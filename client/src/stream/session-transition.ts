// How a session changes, seen from the player's side. Pure: state, event and now
// in; state and effects out. `play-session.ts` does the effects.

import { START_STEPS, type StartStep } from "@nearframe/shared/session/start-steps";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { connectingPath, pathAtTime, pathDisconnected, pathLost, pathWakesAtMs } from "./media-path.ts";
import type {
  LocalFailure, Outcome, Playing, Preparing, Requested, SessionEffect, SessionEvent, SessionState, Starting,
} from "./session-state.ts";

/** Long enough for a page opened during a server's restart. */
export const PREPARE_TIMEOUT_MS = 15_000;
export const REQUEST_TIMEOUT_MS = 15_000;
/** From "connected and drawn" to a frame on the screen: a keyframe needs a round trip, a decoder some frames. */
export const FRAME_TIMEOUT_MS = 20_000;
/** The longest that the protocol has words for. */
const ELAPSED_MS_MAX = 600_000;

export type Step = readonly [SessionState, readonly SessionEffect[]];
type Context = {
  nowMs: number;
  makeId: () => string;
  /** Browsers show no frames of a page that nobody sees. */
  pageVisible: boolean;
};

export function startSession(titleId: string, tappedAtMs: number, nowMs: number): SessionState {
  return {
    phase: "preparing", titleId, tappedAtMs, control: "down",
    device: undefined, held: [], untilMs: nowMs + PREPARE_TIMEOUT_MS,
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
      const frameMs = state.phase === "starting" ? (state.frameUntilMs ?? Infinity) : Infinity;
      return Math.min(pathWakesAtMs(state.media), frameMs);
    }
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
  const { device, control, held, titleId, tappedAtMs } = state;
  if (!device || control === "down") return [state, []];
  const resuming = held.find((session) => session.titleId === titleId)?.sessionId;
  return ask({ titleId, tappedAtMs, control, device, resuming }, context);
}

function ask(
  base: Pick<Requested, "titleId" | "tappedAtMs" | "control" | "device" | "resuming">,
  { nowMs, makeId }: Context,
): Step {
  const requestId = makeId();
  const { device, resuming, titleId } = base;
  return [
    { phase: "requested", ...base, requestId, untilMs: nowMs + REQUEST_TIMEOUT_MS },
    [
      {
        do: "send",
        message:
          resuming === undefined
            ? { type: "session.request", requestId, titleId, device }
            : { type: "session.resume", requestId, sessionId: resuming, device },
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
      return [{ phase: "preparing", titleId, tappedAtMs, control: "down", device, held: [], untilMs }, []];
    }
    case "time-passed":
      return context.nowMs < state.untilMs ? [state, []] : fail(state, "no-answer");
    default:
      return [state, []];
  }
}

function requestedMessage(state: Requested, message: ServerToClient, context: Context): Step {
  if (message.type === "error" && message.requestId === state.requestId) {
    // What was held is gone by now: start afresh.
    if (state.resuming !== undefined) return ask({ ...state, resuming: undefined }, context);
    return finish(state, { kind: "refused", code: message.code, message: message.message });
  }
  if (message.type === "session.ended" && message.sessionId === state.resuming) {
    return ask({ ...state, resuming: undefined }, context);
  }
  if (message.type !== "session.created" || message.requestId !== state.requestId) return [state, []];
  const { titleId, tappedAtMs, control, device } = state;
  return [
    {
      phase: "starting", titleId, tappedAtMs, control, device,
      sessionId: message.sessionId, title: message.title,
      media: { is: "none" }, resumeId: undefined,
      steps: [], queue: undefined, frameUntilMs: undefined,
    },
    [],
  ];
}

function whileLive(state: Starting | Playing, event: SessionEvent, context: Context): Step {
  switch (event.kind) {
    case "message":
      return liveMessage(state, event.message, context);
    case "media-connected": {
      const up = { ...state, media: { is: "up", sinceMs: context.nowMs } } as const;
      return [reach(up, "connected", context.nowMs), [tellConnected(state.sessionId)]];
    }
    case "media-disconnected":
      return [{ ...state, media: pathDisconnected(state.media, context.nowMs) }, []];
    case "receiver-failed":
      // Without the server no path can be made; with it comes a new offer.
      if (state.control === "down") return [{ ...state, media: pathLost(context.nowMs) }, []];
      return giveUp(state, { kind: "local", cause: event.cause, detail: event.detail }, event.detail);
    case "frame-shown":
      return frameShown(state, event.atMs, context.nowMs);
    case "control-lost": {
      const kept = state.media.is === "up" || state.media.is === "down";
      const media = kept ? state.media : pathLost(context.nowMs);
      return [{ ...state, control: "down", resumeId: undefined, media }, []];
    }
    case "control-opened":
      return controlBack({ ...state, control: "up" }, context);
    case "time-passed":
      return liveTime(state, context);
    default:
      return [state, []];
  }
}

/** The server, which may have restarted, learns that the path outlived the line; without a path it makes a new one. */
function controlBack(state: Starting | Playing, context: Context): Step {
  if (state.media.is !== "up") return resume(state, context);
  const effects = [tellConnected(state.sessionId)];
  if (state.phase !== "playing" || state.untoldFrameMs === undefined) return [state, effects];
  return [{ ...state, untoldFrameMs: undefined }, [...effects, tellFrame(state.sessionId, state.untoldFrameMs)]];
}

function resume(state: Starting | Playing, { makeId }: Context): Step {
  const resumeId = makeId();
  const { sessionId, device } = state;
  return [
    { ...state, resumeId },
    [{ do: "send", message: { type: "session.resume", requestId: resumeId, sessionId, device } }],
  ];
}

function liveMessage(state: Starting | Playing, message: ServerToClient, context: Context): Step {
  if (message.type === "error") {
    if (state.resumeId !== undefined && message.requestId === state.resumeId) {
      return fail(state, "session-gone", message.message);
    }
    // The answer to `session.connected`: ask properly, to hear what became of the session.
    const unknown = message.code === "SESSION_UNKNOWN" && message.requestId === undefined;
    return unknown && state.resumeId === undefined ? resume(state, context) : [state, []];
  }
  if (!("sessionId" in message) || message.sessionId !== state.sessionId) return [state, []];
  switch (message.type) {
    case "session.created":
      return [{ ...state, resumeId: undefined }, []];
    case "session.queued": {
      if (state.phase !== "starting") return [state, []];
      const { position, waitMs } = message;
      return [{ ...state, queue: { position, ...(waitMs === undefined ? {} : { waitMs }) } }, []];
    }
    case "session.progress":
      return [reach(state, message.step, context.nowMs), []];
    case "session.offer": {
      const connecting = { ...state, media: connectingPath(context.nowMs) };
      const next = connecting.phase === "playing" ? { ...connecting, offeredAtMs: context.nowMs } : connecting;
      return [next, [{ do: "open-receiver", epoch: message.epoch, offer: message.offer }]];
    }
    case "session.ended": {
      const { reason, detail } = message;
      return finish(state, { kind: "ended", reason, ...(detail === undefined ? {} : { detail }) });
    }
    default:
      return [state, []];
  }
}

function reach(state: Starting | Playing, step: StartStep, nowMs: number): Starting | Playing {
  if (state.phase === "playing" || state.steps.includes(step)) return state;
  // Steps of two machines arrive in any order; they are kept in the order that is shown.
  const steps = START_STEPS.filter((known) => known === step || state.steps.includes(known));
  const frameDue = steps.includes("connected") && steps.includes("first-picture");
  return {
    ...state, steps, queue: undefined,
    frameUntilMs: state.frameUntilMs ?? (frameDue ? nowMs + FRAME_TIMEOUT_MS : undefined),
  };
}

function frameShown(state: Starting | Playing, atMs: number, nowMs: number): Step {
  if (state.phase === "playing" && state.offeredAtMs === undefined) return [state, []];
  const fromMs = state.phase === "playing" ? (state.offeredAtMs ?? nowMs) : state.tappedAtMs;
  const elapsedMs = Math.min(ELAPSED_MS_MAX, Math.max(0, atMs - fromMs));
  const { titleId, tappedAtMs, control, device, sessionId, title, media, resumeId } = state;
  const told = control === "up";
  return [
    {
      phase: "playing", titleId, tappedAtMs, control, device, sessionId, title, media, resumeId,
      sinceMs: state.phase === "playing" ? state.sinceMs : nowMs,
      offeredAtMs: undefined,
      untoldFrameMs: told ? undefined : elapsedMs,
    },
    told ? [tellFrame(sessionId, elapsedMs)] : [],
  ];
}

function liveTime(state: Starting | Playing, context: Context): Step {
  const { nowMs } = context;
  if (state.phase === "starting" && state.frameUntilMs !== undefined && nowMs >= state.frameUntilMs) {
    if (!context.pageVisible) return [{ ...state, frameUntilMs: nowMs + FRAME_TIMEOUT_MS }, []];
    return giveUp(state, { kind: "local", cause: "no-picture" }, "connected, but no frame reached the screen");
  }
  const { next, act } = pathAtTime(state.media, nowMs);
  if (act === "give-up") {
    if (state.control === "down") return fail(state, "connection-lost");
    return unreachable(state, state.media.is === "connecting" ? "no path could be made in time" : "the path did not come back");
  }
  // A restart is negotiated through the server; while that is away too, there is only waiting.
  const restarts: SessionEffect[] = act === "restart" && state.control === "up" ? [{ do: "restart-ice" }] : [];
  return [{ ...state, media: next }, restarts];
}

const unreachable = (state: Starting | Playing, detail: string): Step =>
  giveUp(state, { kind: "ended", reason: "media-unreachable", detail }, detail);

/** Ends it from this side, and tells the server why, so that nothing is kept for nobody. */
function giveUp(state: Starting | Playing, outcome: Outcome, detail: string): Step {
  const { sessionId } = state;
  const [over, effects] = finish(state, outcome);
  const message = { type: "session.unreachable", sessionId, detail: detail.slice(0, 500) } as const;
  return [over, [{ do: "send", message }, ...effects]];
}

const tellConnected = (sessionId: string): SessionEffect => ({
  do: "send",
  message: { type: "session.connected", sessionId },
});

const tellFrame = (sessionId: string, elapsedMs: number): SessionEffect => ({
  do: "send",
  message: { type: "session.first-frame", sessionId, elapsedMs },
});

function leave(state: Exclude<SessionState, { phase: "over" }>): Step {
  const [over, effects] = finish(state, { kind: "ended", reason: "player-left" });
  if (state.phase !== "starting" && state.phase !== "playing") return [over, effects];
  return [over, [{ do: "send", message: { type: "session.leave", sessionId: state.sessionId } }, ...effects]];
}

function fail(state: Exclude<SessionState, { phase: "over" }>, cause: LocalFailure, detail?: string): Step {
  return finish(state, { kind: "local", cause, ...(detail === undefined ? {} : { detail }) });
}

function finish({ titleId, tappedAtMs, control }: SessionState, outcome: Outcome): Step {
  return [{ phase: "over", titleId, tappedAtMs, control, outcome }, [{ do: "close-receiver" }]];
}
