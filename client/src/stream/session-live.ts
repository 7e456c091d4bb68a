// How a session changes that the server has made: while it starts, plays, and moves from
// node to node. Pure; the other half of `session-transition.ts`.

import type { ServerToClient, SessionTitle } from "@nearframe/shared/protocol/server-to-client";
import { START_STEPS, type StartStep } from "@nearframe/shared/session/start-steps";
import { connectingPath, pathAtTime, pathDisconnected, pathLost } from "./media-path.ts";
import { pageTurned, placeTold } from "./queue-place.ts";
import { fail, finish, type Context, type Step } from "./session-ends.ts";
import type { Outcome, Playing, SessionEffect, SessionEvent, Starting } from "./session-state.ts";

/** From "connected and drawn" to a frame on the screen: a keyframe needs a round trip, a decoder some frames. */
export const FRAME_TIMEOUT_MS = 20_000;
/** The server asks the node whether it is there, perhaps through another server: four seconds, and the way. */
export const VERDICT_MS = 6_000;
/**
 * So long after its last step a start has come to an unusual halt: a whole cold one took 1.2 s (docs/latency-budget.md).
 * A heavy title that takes longer does so within its own limit, and is waited for.
 */
export const SLOW_START_MS = 8_000;
/** The longest that the protocol has words for. */
const ELAPSED_MS_MAX = 600_000;

type Live = Starting | Playing;
type Message<T extends ServerToClient["type"]> = Extract<ServerToClient, { type: T }>;

/** Nothing is known to be slow, and nothing looked at. */
const USUAL = { slowAtMs: undefined, slow: undefined } as const;

export function startedSession(
  base: Pick<Starting, "titleId" | "tappedAtMs" | "control" | "device">,
  sessionId: string,
  title: SessionTitle,
): Starting {
  return {
    phase: "starting", ...base, sessionId, title,
    media: { is: "none" }, moving: undefined, restartDue: false, resumeId: undefined,
    steps: [], queue: undefined, frameUntilMs: undefined, ...USUAL,
  };
}

export function whileLive(state: Live, event: SessionEvent, context: Context): Step {
  switch (event.kind) {
    case "message":
      return liveMessage(state, event.message, context);
    case "candidate-probed": {
      const { epoch, result, receipt } = event;
      return [state, [{ do: "send", message: { type: "session.probed", sessionId: state.sessionId, epoch, result, receipt } }]];
    }
    case "candidate-missing":
      return resume({ ...state, media: pathLost(context.nowMs) }, context);
    case "media-connected": {
      if (state.media.is === "given-up") return [state, []];
      const up = { ...state, media: { is: "up", sinceMs: context.nowMs } } as const;
      return [reach(up, "connected", context.nowMs), [tellConnected(state.sessionId)]];
    }
    case "media-disconnected":
      // The path is asked for anew at once, by "time-passed".
      return liveTime({ ...state, media: pathDisconnected(state.media, context.nowMs) }, context);
    // While a title starts, its pictures come as it has them: only what was played can stall.
    case "media-quiet":
      return state.phase === "playing" ? [{ ...state, restartDue: true }, restartIce(state)] : [state, []];
    case "media-stalled":
      if (state.phase !== "playing") return [state, []];
      return [state, [{ do: "send", message: { type: "session.stalled", sessionId: state.sessionId } }]];
    case "media-lost":
      // A wholly new path, as for one who comes back; what the old one may yet bring is shown meanwhile.
      if (state.phase !== "playing" || state.resumeId !== undefined || state.moving !== undefined) return [state, []];
      return state.control === "down" ? [{ ...state, newPathDue: true }, []] : resume(state, context);
    case "network-changed":
      return [{ ...state, restartDue: true }, restartIce(state)];
    case "receiver-failed":
      // What was being made to the node that the session has just left.
      if (state.moving !== undefined && state.media.is === "none") return [state, []];
      // Without the server no path can be made; with it comes a new offer.
      if (state.control === "down") return [{ ...state, media: pathLost(context.nowMs) }, []];
      return giveUp(state, { kind: "local", cause: event.cause, detail: event.detail }, event.detail, context);
    case "page-turned":
      if (state.phase !== "starting") return [state, []];
      return [
        { ...state, queue: state.queue && pageTurned(state.queue, context.pageVisible) },
        [tellPresence(state.sessionId, context.pageVisible)],
      ];
    case "frame-shown":
      return frameShown(state, event.atMs, context.nowMs);
    case "control-lost": {
      const kept = state.media.is === "up" || state.media.is === "down";
      const media = kept ? state.media : pathLost(context.nowMs);
      // What is reached meanwhile is not told again: what is shown counts as the title's.
      const newPathDue = state.newPathDue === true || state.resumeId !== undefined;
      const next = { ...state, control: "down", resumeId: undefined, newPathDue, media, steps: [] } as const;
      return [next.phase === "starting" ? { ...next, ...USUAL } : next, []];
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
function controlBack(state: Live, context: Context): Step {
  const due = { ...state, restartDue: false, newPathDue: false };
  if (state.media.is !== "up") return resume(due, context);
  // What was asked of a dead line was asked of nobody: by now the path may have been dead for as long as it took to find that out.
  const [next, asked] = state.newPathDue ? resume(due, context) : ([due, []] as const);
  const effects = [tellConnected(state.sessionId), ...(state.restartDue ? restartIce(state) : []), ...asked];
  if (next.phase !== "playing" || next.untoldFrameMs === undefined) return [next, effects];
  return [{ ...next, untoldFrameMs: undefined }, [...effects, tellFrame(state.sessionId, next.untoldFrameMs)]];
}

/** Negotiated through the server; while that is away there is only waiting. */
function restartIce({ control, media }: Live): SessionEffect[] {
  return control === "up" && (media.is === "up" || media.is === "down") ? [{ do: "restart-ice" }] : [];
}

function resume(state: Live, { makeId }: Context): Step {
  const resumeId = makeId();
  const { sessionId, device } = state;
  return [
    { ...state, resumeId },
    [{ do: "send", message: { type: "session.resume", requestId: resumeId, sessionId, device } }],
  ];
}

function liveMessage(state: Live, message: ServerToClient, context: Context): Step {
  if (message.type === "error") return liveError(state, message, context);
  if (!("sessionId" in message) || message.sessionId !== state.sessionId) return [state, []];
  switch (message.type) {
    case "session.created":
      return [{ ...state, resumeId: undefined }, []];
    case "session.queued": {
      if (state.phase !== "starting") return [state, []];
      const { position, waitMs } = message;
      const told = { position, ...(waitMs === undefined ? {} : { waitMs }) };
      const queued = { ...state, queue: placeTold(state.queue, told, context.pageVisible) };
      // Whoever has the line now, perhaps a server that is new to it, takes a page for one that is seen.
      return [queued, context.pageVisible ? [] : [tellPresence(state.sessionId, false)]];
    }
    case "session.progress":
      return [reach(state, message.step, context.nowMs), []];
    case "session.offer":
      return offered(state, message, context);
    case "session.trial":
      // While anything else is amiss, that comes first; the server waits for no answer.
      if (state.phase !== "playing" || state.media.is !== "up" || state.resumeId !== undefined) return [state, []];
      return [state, [{ do: "open-trial", epoch: message.epoch, offer: message.offer }]];
    case "session.chosen":
      return [state, [{ do: "take-candidate", epoch: message.epoch }]];
    case "session.moving": {
      // The picture that was shown last stays, until there is one of the next node.
      const next = { ...state, moving: message.reason, media: { is: "none" }, steps: [] } as const;
      return [next.phase === "starting" ? { ...next, ...USUAL, frameUntilMs: undefined } : next, []];
    }
    case "session.ended": {
      const { reason, detail } = message;
      if (reason === "taken-over") return takenOver(state);
      // This side knows better what it was.
      if (reason === "media-unreachable" && state.media.is === "given-up") return finish(state, state.media.outcome);
      return finish(state, { kind: "ended", reason, ...(detail === undefined ? {} : { detail }) });
    }
    default:
      return [state, []];
  }
}

function liveError(state: Live, message: Message<"error">, context: Context): Step {
  if (state.resumeId !== undefined && message.requestId === state.resumeId) {
    return message.code === "PLAYED_ELSEWHERE" ? takenOver(state) : fail(state, "session-gone", message.message);
  }
  // The answer to `session.connected`: ask properly, to hear what became of the session.
  const unknown = message.code === "SESSION_UNKNOWN" && message.requestId === undefined;
  if (unknown && state.media.is === "given-up") return finish(state, state.media.outcome);
  return unknown && state.resumeId === undefined ? resume(state, context) : [state, []];
}

function offered(state: Live, { epoch, offer, probe }: Message<"session.offer">, { nowMs }: Context): Step {
  const connecting = { ...state, media: connectingPath(nowMs) };
  const next = connecting.phase === "playing" ? { ...connecting, offeredAtMs: connecting.offeredAtMs ?? nowMs } : connecting;
  return [next, [{ do: probe ? "open-candidate" : "open-receiver", epoch, offer }]];
}

/** It goes on in another tab or on another device, from where the player may take it back. */
function takenOver({ titleId, tappedAtMs, control, device, sessionId }: Live): Step {
  return [{ phase: "elsewhere", titleId, tappedAtMs, control, device, sessionId }, [{ do: "close-receiver" }]];
}

function reach(state: Live, step: StartStep, nowMs: number): Live {
  if ((state.phase === "playing" && state.moving === undefined) || state.steps.includes(step)) return state;
  // Steps of two machines arrive in any order; they are kept in the order that is shown.
  const steps = START_STEPS.filter((known) => known === step || state.steps.includes(known));
  if (state.phase === "playing") return { ...state, steps };
  const frameDue = steps.includes("connected") && steps.includes("first-picture");
  // Once the title has drawn, what is missing is the player's path, which has limits and words of its own.
  const slowAtMs = steps.includes("first-picture") ? undefined : nowMs + SLOW_START_MS;
  return {
    ...state, steps, queue: undefined, slowAtMs, slow: undefined,
    frameUntilMs: state.frameUntilMs ?? (frameDue ? nowMs + FRAME_TIMEOUT_MS : undefined),
  };
}

/**
 * A display shows something before its title does, and that empty screen is sent as well, so that decoder and path are
 * warm when the title draws. Of a session that is found again running no such step is told.
 */
const showsDisplayOnly = ({ steps }: Live): boolean =>
  !steps.includes("first-picture") && (steps.includes("display-started") || steps.includes("title-started"));

function frameShown(state: Live, atMs: number, nowMs: number): Step {
  if (state.phase === "playing" && state.offeredAtMs === undefined) return [state, []];
  if (showsDisplayOnly(state)) return [state, []];
  const fromMs = state.phase === "playing" ? (state.offeredAtMs ?? nowMs) : state.tappedAtMs;
  const elapsedMs = Math.min(ELAPSED_MS_MAX, Math.max(0, atMs - fromMs));
  const { titleId, tappedAtMs, control, device, sessionId, title, restartDue, resumeId } = state;
  // A slow page decodes before it hears that its path is there. While it plays, the frame may be the old path's.
  const media = state.phase === "starting" && state.media.is === "connecting" ? ({ is: "up", sinceMs: nowMs } as const) : state.media;
  const told = control === "up";
  return [
    {
      phase: "playing", titleId, tappedAtMs, control, device, sessionId, title, media, restartDue, resumeId,
      moving: undefined, steps: [],
      sinceMs: state.phase === "playing" ? state.sinceMs : nowMs,
      offeredAtMs: undefined,
      untoldFrameMs: told ? undefined : elapsedMs,
    },
    told ? [tellFrame(sessionId, elapsedMs)] : [],
  ];
}

function liveTime(state: Live, context: Context): Step {
  const { nowMs } = context;
  if (state.media.is === "given-up") return nowMs < state.media.untilMs ? [state, []] : finish(state, state.media.outcome);
  if (state.phase === "starting" && state.frameUntilMs !== undefined && nowMs >= state.frameUntilMs) {
    if (!context.pageVisible) return [{ ...state, frameUntilMs: nowMs + FRAME_TIMEOUT_MS }, []];
    return giveUp(state, { kind: "local", cause: "no-picture" }, "connected, but no frame reached the screen", context);
  }
  if (state.phase === "starting" && state.slowAtMs !== undefined && nowMs >= state.slowAtMs) {
    return liveTime({ ...state, slowAtMs: undefined, slow: state.steps.includes("title-started") ? "title" : "machine" }, context);
  }
  const { next, act } = pathAtTime(state.media, nowMs);
  if (act === "give-up") {
    if (state.control === "down") return fail(state, "connection-lost");
    const detail = state.media.is === "connecting" ? "no path could be made in time" : "the path did not come back";
    return giveUp(state, { kind: "ended", reason: "media-unreachable", detail }, detail, context);
  }
  return [{ ...state, media: next }, act === "restart" ? restartIce(state) : []];
}

/** Tells the server, which knows whether the node is to blame: then the session moves, and else it ends. */
function giveUp(state: Live, outcome: Outcome, detail: string, { nowMs }: Context): Step {
  if (state.media.is === "given-up") return [state, []];
  const { sessionId } = state;
  const message = { type: "session.unreachable", sessionId, detail: detail.slice(0, 500) } as const;
  if (state.control === "down") return finish(state, outcome);
  const next = { ...state, media: { is: "given-up", untilMs: nowMs + VERDICT_MS, outcome } } as const;
  return [next.phase === "starting" ? { ...next, frameUntilMs: undefined } : next, [{ do: "send", message }]];
}

const tellConnected = (sessionId: string): SessionEffect => ({
  do: "send",
  message: { type: "session.connected", sessionId },
});

const tellPresence = (sessionId: string, visible: boolean): SessionEffect => ({
  do: "send",
  message: { type: "session.presence", sessionId, visible },
});

const tellFrame = (sessionId: string, elapsedMs: number): SessionEffect => ({
  do: "send",
  message: { type: "session.first-frame", sessionId, elapsedMs },
});
