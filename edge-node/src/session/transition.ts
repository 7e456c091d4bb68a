// A session on its node, as a value. Pure: what happened and when goes in, the new
// session and what to do about it come out.
//
//   prepared --start-asked--> opening --first-picture--> running --(any end)--> closing --all-closed--> closed
//      '-------(any end)---------'----------------(any end)----------------------^
//
// A session begins prepared where the player still has to choose between nodes, with transports
// only; else it begins opening.

import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { StartStep } from "@nearframe/shared/session/start-steps";

export type Session =
  /** Steps are told when it is chosen: of a candidate nobody is shown how far it is. */
  | { state: "prepared"; deadlineMs: number; steps: readonly StartStep[]; playerPresent: boolean }
  | { state: "opening"; deadlineMs: number; titleStarted: boolean; playerPresent: boolean }
  | { state: "running"; player: PlayerPresence }
  | { state: "closing"; reason: EndReason; detail: string | undefined }
  | { state: "closed" };

export type PlayerPresence = { present: true } | { present: false; deadlineMs: number };

export type SessionEvent =
  | { type: "step-done"; step: Exclude<StartStep, "title-started" | "first-picture" | "placed" | "first-frame"> }
  | { type: "title-started"; startTimeoutMs: number }
  /** The server chose this node. */
  | { type: "start-asked" }
  | { type: "first-picture" }
  | { type: "title-exited"; code: number | null; signal: string | null; lastOutput: string; exceeded?: string | undefined }
  | { type: "title-command-missing"; detail: string }
  | { type: "part-failed"; part: "display" | "sound" | "pipeline" | "transports" | "saves" | "title"; detail: string }
  | { type: "player-connected" }
  | { type: "player-disconnected" }
  | { type: "stop-asked"; reason: EndReason }
  | { type: "deadline-passed" }
  | { type: "all-closed" };

export type SessionEffect =
  /** Display, sound, title: all but the transports. */
  | { type: "open-title" }
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

/** Probing takes less than half a second; this is for a server that died over it. */
export const PREPARED_TIMEOUT_MS = 10_000;

export function openSession(nowMs: number): Session {
  return { state: "opening", deadlineMs: nowMs + OPEN_TIMEOUT_MS, titleStarted: false, playerPresent: false };
}

export function prepareSession(nowMs: number): Session {
  return { state: "prepared", deadlineMs: nowMs + PREPARED_TIMEOUT_MS, steps: [], playerPresent: false };
}

/** When `deadline-passed` is due, if nothing else happens. */
export function deadlineOf(session: Session): number | undefined {
  if (session.state === "prepared" || session.state === "opening") return session.deadlineMs;
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
      return reach(session, event.step);

    case "start-asked": {
      if (session.state !== "prepared") return [session, []];
      const { steps, playerPresent } = session;
      const opening: Session = { state: "opening", deadlineMs: nowMs + OPEN_TIMEOUT_MS, titleStarted: false, playerPresent };
      return [opening, [...steps.map((step) => ({ type: "report-step", step }) as const), { type: "open-title" }]];
    }

    case "title-started": {
      const steps: SessionEffect[] = [{ type: "report-step", step: "title-started" }];
      if (session.state !== "opening") return [session, steps];
      return [{ ...session, titleStarted: true, deadlineMs: nowMs + event.startTimeoutMs }, steps];
    }

    case "first-picture":
      if (session.state !== "opening") return [session, []];
      // A player who is not there yet has as long to come as one who dropped.
      return [
        { state: "running", player: session.playerPresent ? { present: true } : absent(nowMs) },
        [{ type: "report-step", step: "first-picture" }],
      ];

    case "title-exited":
      return close(...exitReason(session, event));

    case "title-command-missing":
      return close(EndReason.TitleCommandMissing, event.detail);

    case "part-failed":
      return close(EndReason.NodeFailed, `${event.part}: ${event.detail}`);

    case "player-connected":
      if (session.state === "running") return reach({ ...session, player: { present: true } }, "connected");
      return reach({ ...session, playerPresent: true }, "connected");

    case "player-disconnected": {
      const effects: SessionEffect[] = [{ type: "release-input" }];
      if (session.state === "running") return [{ ...session, player: absent(nowMs) }, effects];
      return [{ ...session, playerPresent: false }, effects];
    }

    case "stop-asked":
      return close(event.reason, undefined);

    case "deadline-passed": {
      const dueMs = deadlineOf(session);
      if (dueMs === undefined || nowMs < dueMs) return [session, []];
      if (session.state === "running") return close(EndReason.PlayerLost, undefined);
      if (session.state === "prepared") return close(EndReason.ServerStopped, "it was prepared, and never started");
      return session.titleStarted
        ? close(EndReason.TitleNeverDrew, "the title ran but its screen stayed empty")
        : close(EndReason.NodeFailed, "display, sound or transports did not open in time");
    }

    case "all-closed":
      return [session, []];
  }
}

type Live = Exclude<Session, { state: "closing" | "closed" }>;

function reach(session: Live, step: StartStep): [Session, SessionEffect[]] {
  if (session.state !== "prepared") return [session, [{ type: "report-step", step }]];
  return [{ ...session, steps: session.steps.includes(step) ? session.steps : [...session.steps, step] }, []];
}

const absent = (nowMs: number): PlayerPresence => ({ present: false, deadlineMs: nowMs + ABSENCE_TIMEOUT_MS });

function close(reason: EndReason, detail: string | undefined): [Session, SessionEffect[]] {
  return [{ state: "closing", reason, detail }, [{ type: "release-input" }, { type: "close-all" }]];
}

function exitReason(
  session: Session,
  exit: { code: number | null; signal: string | null; lastOutput: string; exceeded?: string | undefined },
): [EndReason, string | undefined] {
  if (exit.exceeded !== undefined) return [EndReason.TitleCrashed, exit.exceeded];
  const how = exit.signal ? `killed by ${exit.signal}` : `exit code ${exit.code}`;
  const said = exit.lastOutput ? `: ${exit.lastOutput}` : "";
  if (exit.code === 0 && session.state === "running") return [EndReason.TitleExited, undefined];
  if (exit.code === 0) return [EndReason.TitleNeverDrew, `the title ended before it showed a picture${said}`];
  return [EndReason.TitleCrashed, `${how}${said}`];
}
