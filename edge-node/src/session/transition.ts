// A session on its node, as a value. Pure: what happened and when goes in, the new
// session and what to do about it come out.
//
//   opening --first-picture--> running --(any end)--> closing --all-closed--> closed
//      '----------------------(any end)----------------^

import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";

export type Session =
  | { state: "opening"; deadlineMs: number; titleStarted: boolean }
  | { state: "running"; player: PlayerPresence }
  | { state: "closing"; reason: EndReason; detail: string | undefined }
  | { state: "closed" };

export type PlayerPresence = { present: true } | { present: false; deadlineMs: number };

export type SessionEvent =
  | { type: "step-done"; step: Exclude<StartStep, "title-started" | "first-picture" | "placed" | "first-frame"> }
  | { type: "title-started"; startTimeoutMs: number }
  | { type: "first-picture" }
  | { type: "title-exited"; code: number | null; signal: string | null; lastOutput: string }
  | { type: "title-command-missing"; detail: string }
  | { type: "part-failed"; part: "display" | "sound" | "pipeline" | "transports" | "title"; detail: string }
  | { type: "player-connected" }
  | { type: "player-disconnected" }
  | { type: "stop-asked"; reason: EndReason }
  | { type: "deadline-passed" }
  | { type: "all-closed" };

export type SessionEffect =
  | { type: "report-step"; step: StartStep }
  | { type: "release-input" }
  | { type: "close-all" }
  | { type: "report-end"; reason: EndReason; detail: string | undefined };

/** Display, sound and media server answer in well under a second; this is for a machine in trouble. */
export const OPEN_TIMEOUT_MS = 20_000;
/**
 * The server decides how long a dropped player's session is held; this ends it
 * where the server can't be reached to say so.
 */
export const ABSENCE_TIMEOUT_MS = 180_000;

export function openSession(nowMs: number): Session {
  return { state: "opening", deadlineMs: nowMs + OPEN_TIMEOUT_MS, titleStarted: false };
}

/** When `deadline-passed` is due, if nothing else happens. */
export function deadlineOf(session: Session): number | undefined {
  if (session.state === "opening") return session.deadlineMs;
  if (session.state === "running" && !session.player.present) return session.player.deadlineMs;
  return undefined;
}

export function transition(session: Session, event: SessionEvent, nowMs: number): [Session, SessionEffect[]] {
  if (session.state === "closed") return [session, []];
  if (session.state === "closing") {
    if (event.type !== "all-closed") return [session, []];
    return [{ state: "closed" }, [{ type: "report-end", reason: session.reason, detail: session.detail }]];
  }

  switch (event.type) {
    case "step-done":
      return [session, [{ type: "report-step", step: event.step }]];

    case "title-started": {
      const steps: SessionEffect[] = [{ type: "report-step", step: "title-started" }];
      if (session.state !== "opening") return [session, steps];
      return [{ ...session, titleStarted: true, deadlineMs: nowMs + event.startTimeoutMs }, steps];
    }

    case "first-picture":
      if (session.state !== "opening") return [session, []];
      // A player who is not there yet has as long to come as one who dropped.
      return [
        { state: "running", player: { present: false, deadlineMs: nowMs + ABSENCE_TIMEOUT_MS } },
        [{ type: "report-step", step: "first-picture" }],
      ];

    case "title-exited":
      return close(...exitReason(session, event));

    case "title-command-missing":
      return close(EndReason.TitleCommandMissing, event.detail);

    case "part-failed":
      return close(EndReason.NodeFailed, `${event.part}: ${event.detail}`);

    case "player-connected": {
      const steps: SessionEffect[] = [{ type: "report-step", step: "connected" }];
      return session.state === "running" ? [{ ...session, player: { present: true } }, steps] : [session, steps];
    }

    case "player-disconnected": {
      const effects: SessionEffect[] = [{ type: "release-input" }];
      if (session.state !== "running") return [session, effects];
      return [{ ...session, player: { present: false, deadlineMs: nowMs + ABSENCE_TIMEOUT_MS } }, effects];
    }

    case "stop-asked":
      return close(event.reason, undefined);

    case "deadline-passed": {
      const dueMs = deadlineOf(session);
      if (dueMs === undefined || nowMs < dueMs) return [session, []];
      if (session.state === "running") return close(EndReason.PlayerLost, undefined);
      return session.titleStarted
        ? close(EndReason.TitleNeverDrew, "the title ran but its screen stayed empty")
        : close(EndReason.NodeFailed, "display, sound or transports did not open in time");
    }

    case "all-closed":
      return [session, []];
  }
}

function close(reason: EndReason, detail: string | undefined): [Session, SessionEffect[]] {
  return [{ state: "closing", reason, detail }, [{ type: "release-input" }, { type: "close-all" }]];
}

function exitReason(
  session: Session,
  exit: { code: number | null; signal: string | null; lastOutput: string },
): [EndReason, string | undefined] {
  const how = exit.signal ? `killed by ${exit.signal}` : `exit code ${exit.code}`;
  const said = exit.lastOutput ? `: ${exit.lastOutput}` : "";
  if (exit.code === 0 && session.state === "running") return [EndReason.TitleExited, undefined];
  if (exit.code === 0) return [EndReason.TitleNeverDrew, `the title ended before it showed a picture${said}`];
  return [EndReason.TitleCrashed, `${how}${said}`];
}
