// A visit to somebody else's session, as a value: from the link to the last word. Pure;
// `guest-session.ts` runs it.

import { GUEST_ENDS, type GuestEnd, type GuestRole } from "@nearframe/shared/friends/roles";
import type { Device } from "@nearframe/shared/protocol/device";
import type { Offer } from "@nearframe/shared/protocol/media";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import type { SessionTitle } from "@nearframe/shared/protocol/session-title";

/** Why a visit is over, or never began. */
export const VISIT_ENDS = [...GUEST_ENDS, "unknown-link", "crowded", "pads-taken", "refused", "no-webrtc", "unreachable"] as const;
export type VisitEnd = (typeof VISIT_ENDS)[number];

export type Place = { sessionId: string; guestId: string; role: GuestRole; pad: number | undefined; title: SessionTitle };

export type Visit =
  /** `place` is the one it had, and means to have again. */
  | { is: "joining"; requestId: string | undefined; place: Place | undefined; triesLeft: number }
  /** In the session, which has no picture yet, or none any more. */
  | { is: "waiting"; place: Place; triesLeft: number }
  | { is: "connecting"; place: Place; triesLeft: number }
  | { is: "there"; place: Place; triesLeft: number }
  | { is: "over"; why: VisitEnd; detail: string | undefined; place: Place | undefined };

export type VisitEvent =
  | { kind: "device-known"; device: Device }
  | { kind: "device-unfit"; detail: string }
  | { kind: "line-open" }
  | { kind: "line-lost" }
  | { kind: "message"; message: ServerToClient }
  | { kind: "path-up" }
  | { kind: "path-down" }
  | { kind: "path-failed"; detail: string }
  | { kind: "again-due" }
  /** The server has said nothing to this request for long. */
  | { kind: "unanswered"; requestId: string }
  | { kind: "left" };

export type VisitEffect =
  | { do: "send"; message: ClientToServer }
  | { do: "open-path"; place: Place; epoch: number; offer: Offer }
  | { do: "close-path" }
  /** `again-due` after a moment. */
  | { do: "try-later" };

export type VisitContext = { code: string; device: Device | undefined; lineOpen: boolean; makeId(): string };
type VisitStep = readonly [Visit, readonly VisitEffect[]];

/** A path that fails, or a session that goes to another server: come again, but not without end. */
export const TRIES = 5;

export const startVisit: Visit = { is: "joining", requestId: undefined, place: undefined, triesLeft: TRIES };

const REFUSED: Readonly<Record<string, VisitEnd>> = {
  SHARE_UNKNOWN: "unknown-link", GUESTS_TOO_MANY: "crowded", PADS_TAKEN: "pads-taken", GUEST_REMOVED: "removed",
};
/** Whose place went without anybody's wish: it is asked for again. */
const COMES_AGAIN = new Set<GuestEnd>(["moved", "failed"]);

export function nextVisit(visit: Visit, event: VisitEvent, context: VisitContext): VisitStep {
  if (visit.is === "over") return [visit, []];
  switch (event.kind) {
    case "device-known":
    case "line-open":
      return visit.is === "joining" ? ask(visit, context) : [visit, []];
    case "device-unfit":
      return over(visit, "no-webrtc", event.detail);
    case "line-lost":
      // The server has let go of this guest with the line; the picture goes on until there is another.
      return [{ is: "joining", requestId: undefined, place: visit.place, triesLeft: visit.triesLeft }, []];
    case "again-due":
      return visit.is === "joining" ? ask(visit, context) : [visit, []];
    case "unanswered":
      if (visit.is !== "joining" || visit.requestId !== event.requestId) return [visit, []];
      if (visit.triesLeft <= 0) return over(visit, "unreachable", "the server did not answer");
      return ask({ ...visit, triesLeft: visit.triesLeft - 1 }, context);
    case "path-up":
      return visit.is === "connecting" ? [{ ...visit, is: "there", triesLeft: TRIES }, []] : [visit, []];
    case "path-down":
      return visit.is === "there" ? [{ ...visit, is: "connecting" }, []] : [visit, []];
    case "path-failed":
      return visit.is === "connecting" || visit.is === "there" ? comeAgain(visit, "unreachable", event.detail) : [visit, []];
    case "left":
      return [
        { is: "over", why: "left", detail: undefined, place: visit.place },
        [...(visit.is === "joining" ? [] : [leave(visit.place)]), { do: "close-path" }],
      ];
    case "message":
      return hear(visit, event.message, context);
  }
}

function hear(visit: Exclude<Visit, { is: "over" }>, message: ServerToClient, context: VisitContext): VisitStep {
  if (visit.is === "joining") {
    if (!("requestId" in message) || message.requestId === undefined || message.requestId !== visit.requestId) return [visit, []];
    if (message.type === "error") {
      // Many at once, as when a server has come back, or one that just took the session over: a little later there is room.
      if (message.code === "STARTS_TOO_FAST" || message.code === "SERVER_BUSY") return later(visit, "unreachable", message.message);
      return over(visit, REFUSED[message.code] ?? "refused", message.message);
    }
    if (message.type !== "guest.joined") return [visit, []];
    const { sessionId, guestId, role, pad, title } = message;
    return [{ is: "waiting", place: { sessionId, guestId, role, pad, title }, triesLeft: visit.triesLeft }, []];
  }
  const { place, triesLeft } = visit;
  if (message.type === "guest.offer" && isFor(message, place)) {
    return [{ is: "connecting", place, triesLeft }, [{ do: "open-path", place, epoch: message.epoch, offer: message.offer }]];
  }
  if (message.type === "guest.ended" && isFor(message, place)) {
    if (!COMES_AGAIN.has(message.reason)) return over(visit, message.reason, message.detail);
    return message.reason === "moved" ? ask({ ...joining(visit), triesLeft: triesLeft - 1 }, context) : later(visit, "unreachable", message.detail);
  }
  return [visit, []];
}

function ask(visit: Extract<Visit, { is: "joining" }>, { code, device, lineOpen, makeId }: VisitContext): VisitStep {
  if (!device || !lineOpen) return [visit, []];
  const requestId = makeId();
  // Whoever was sent away in the meantime is not let in again by this.
  const was = visit.place && { wasGuestId: visit.place.guestId };
  return [{ ...visit, requestId }, [{ do: "send", message: { type: "guest.join", requestId, code, device, ...was } }]];
}

const joining = ({ place, triesLeft }: Exclude<Visit, { is: "over" }>) => ({ is: "joining", requestId: undefined, place, triesLeft }) as const;

function later(visit: Exclude<Visit, { is: "over" }>, why: VisitEnd, detail: string | undefined): VisitStep {
  if (visit.triesLeft <= 0) return over(visit, why, detail);
  return [{ ...joining(visit), triesLeft: visit.triesLeft - 1 }, [{ do: "try-later" }]];
}

function comeAgain(visit: Extract<Visit, { is: "connecting" | "there" }>, why: VisitEnd, detail: string): VisitStep {
  const [next, effects] = later(visit, why, detail);
  return [next, [leave(visit.place), ...effects]];
}

function over(visit: Exclude<Visit, { is: "over" }>, why: VisitEnd, detail: string | undefined): VisitStep {
  return [{ is: "over", why, detail, place: visit.place }, [{ do: "close-path" }]];
}

const leave = ({ sessionId, guestId }: Place): VisitEffect => ({ do: "send", message: { type: "guest.leave", sessionId, guestId } });

const isFor = (message: { sessionId: string; guestId: string }, place: Place) =>
  message.sessionId === place.sessionId && message.guestId === place.guestId;
