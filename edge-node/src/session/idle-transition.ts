// Whether a title that nobody plays runs on, as a value. Pure: what the player did and when goes
// in, and whether to pause, to go on or to end comes out.
//
//   awake --(away for as long as the policy has patience)--> paused --(too long)--> ended
//     ^---------(seen, touched, or back)-----------------------'
//
// A player is away who has dropped, whose page is hidden, or who touches nothing. The three have
// different patience; whoever has two of them is paused by the first that runs out.

import type { IdlePolicy } from "@nearframe/shared/title/idle-policy";
import type { PauseReason } from "@nearframe/shared/protocol/session-control";

/** When each kind of absence began; undefined while it is none. */
type Absences = { dropped: number | undefined; hidden: number | undefined; untouched: number };

export type Idle =
  | { is: "awake"; since: Absences }
  | { is: "paused"; why: PauseReason; endsAtMs: number; since: Absences }
  | { is: "ended" };

export type IdleEvent =
  | { type: "connected" }
  | { type: "dropped" }
  | { type: "seen" }
  | { type: "hidden" }
  /** The player pressed, moved or spoke, or asked to go on. */
  | { type: "touched" }
  | { type: "deadline-passed" };

export type IdleEffect = { type: "pause"; why: PauseReason } | { type: "resume" } | { type: "end" };

/** A seat is taken anew, and a player looks, until told otherwise. */
export function watchIdle(nowMs: number, present: boolean): Idle {
  return { is: "awake", since: { dropped: present ? undefined : nowMs, hidden: undefined, untouched: nowMs } };
}

export function idleTransition(idle: Idle, event: IdleEvent, policy: IdlePolicy, nowMs: number): [Idle, IdleEffect[]] {
  if (idle.is === "ended") return [idle, []];
  const since = follow(idle.since, event, nowMs);
  if (idle.is === "awake") {
    const due = dueFirst(since, policy);
    if (due === undefined || nowMs < due.atMs) return [{ is: "awake", since }, []];
    const endsAtMs = nowMs + policy.endsAfterS * 1000;
    return [{ is: "paused", why: due.why, endsAtMs, since }, [{ type: "pause", why: due.why }]];
  }
  // One who dropped is somebody else's to wait for: the server holds the session for as long as it says.
  if (nowMs >= idle.endsAtMs && since.dropped === undefined) return [{ is: "ended" }, [{ type: "end" }]];
  const back = event.type === "connected" || event.type === "seen" || event.type === "touched";
  if (!back || since.dropped !== undefined) return [{ ...idle, since }, []];
  return [{ is: "awake", since: { ...since, untouched: nowMs } }, [{ type: "resume" }]];
}

/** When `deadline-passed` is due, if nothing else happens. */
export function idleDeadline(idle: Idle, policy: IdlePolicy): number | undefined {
  if (idle.is === "ended") return undefined;
  if (idle.is === "paused") return idle.since.dropped === undefined ? idle.endsAtMs : undefined;
  return dueFirst(idle.since, policy)?.atMs;
}

function follow(since: Absences, event: IdleEvent, nowMs: number): Absences {
  switch (event.type) {
    case "connected":
      return { dropped: undefined, hidden: undefined, untouched: nowMs };
    case "dropped":
      return { ...since, dropped: since.dropped ?? nowMs };
    case "hidden":
      return { ...since, hidden: since.hidden ?? nowMs };
    case "seen":
      return { ...since, hidden: undefined };
    case "touched":
      // A pad can be played with the page in the background: then it is not away.
      return { ...since, hidden: since.hidden === undefined ? undefined : nowMs, untouched: nowMs };
    case "deadline-passed":
      return since;
  }
}

function dueFirst(since: Absences, policy: IdlePolicy): { why: PauseReason; atMs: number } | undefined {
  const due = (why: PauseReason, fromMs: number | undefined, patienceS: number | undefined) =>
    fromMs === undefined || patienceS === undefined ? [] : [{ why, atMs: fromMs + patienceS * 1000 }];
  const all = [
    ...due("dropped", since.dropped, policy.droppedS),
    ...due("hidden", since.hidden, policy.hiddenS),
    ...due("untouched", since.untouched, policy.untouchedS),
  ];
  return all.toSorted((a, b) => a.atMs - b.atMs)[0];
}
