// The line of all processes as this one sees it: its own sessions that wait, and what
// the others tell of theirs (`shared-line.ts`), in the one order (`queue/line.ts`).

import type { Runtime } from "@nearframe/shared/title/manifest";
import { orderLine, type LineEntry } from "../queue/line.ts";
import { leaseOf, playedSinceMs, titleIdOf, type Entry } from "./entry.ts";
import type { Turn } from "./line.ts";
import type { SessionTitles } from "./ports.ts";
import type { SessionDirectory } from "./session-directory.ts";
import { failedTold, type SharedLine, type WaitingElsewhere, type WaitingTold } from "./shared-line.ts";

export type WholeLinePorts = {
  /** All sessions of this process. */
  entries: ReadonlyMap<string, Entry>;
  shared: Pick<SharedLine, "elsewhere">;
  directory: Pick<SessionDirectory, "placedElsewhere">;
  titles: Pick<SessionTitles, "find">;
  nowMs(): number;
};

export type LineTurn = Turn<Entry, WaitingElsewhere>;

export function createWholeLine({ entries, shared, directory, titles, nowMs }: WholeLinePorts) {
  /** Those who lost their node first, and then by turns of their publishers. */
  function order(waiting: readonly Entry[]): readonly LineTurn[] {
    const elsewhere = shared.elsewhere().filter(({ sessionId }) => !entries.has(sessionId));
    const all = [...waiting.map(turnHere), ...elsewhere.map(turnElsewhere)];
    if (all.length < 2) return all.map(({ turn }) => turn);
    return orderLine(all, runningByPublisher(), nowMs()).map(({ turn }) => turn);
  }

  function runningByPublisher(): Map<string, number> {
    const running = new Map<string, number>();
    const add = (publisher: string) => running.set(publisher, (running.get(publisher) ?? 0) + 1);
    for (const { session, title } of entries.values()) if (leaseOf(session)) add(title.manifest.publisher);
    for (const { titleId } of directory.placedElsewhere()) {
      const title = titles.find(titleId);
      if (title) add(title.manifest.publisher);
    }
    return running;
  }

  /** How long each session of a runtime that holds a slot has been played, as far as it has been told. */
  function agesOf(runtime: Runtime): number[] {
    const here = [...entries.values()]
      .filter(({ session, title }) => leaseOf(session) && title.manifest.runtime === runtime)
      .map(({ session }) => session.played?.sinceMs ?? nowMs());
    const elsewhere = directory
      .placedElsewhere()
      .filter(({ titleId }) => titles.find(titleId)?.manifest.runtime === runtime)
      // One that has no picture yet was asked for a moment ago, unless it waited in line; earlier versions tell no more.
      .flatMap(({ playedSinceMs, requestedAtMs }) => playedSinceMs ?? requestedAtMs ?? []);
    return [...here, ...elsewhere].map((sinceMs) => Math.max(0, nowMs() - sinceMs));
  }

  function runningSinceMs(): number[] {
    const here = [...entries.values()].flatMap((entry) => playedSinceMs(entry) ?? []);
    const elsewhere = directory.placedElsewhere().flatMap((told) => (told.ending ? [] : (told.playedSinceMs ?? [])));
    return [...here, ...elsewhere];
  }

  return { order, agesOf, runningSinceMs };
}

/** What the other processes are told of one of ours. */
export function waitingTold(entry: Entry, placing: boolean): WaitingTold | undefined {
  const { session } = entry;
  if (session.state !== "queued" || entry.pinnedNodeId !== undefined) return undefined;
  const { address, timeZone } = entry.place;
  return {
    sessionId: entry.id,
    priority: priorityOf(entry),
    publisher: entry.title.manifest.publisher,
    titleId: titleIdOf(entry),
    ...(entry.policy && { policy: entry.policy }),
    place: { ...(address !== undefined && { address }), ...(timeZone !== undefined && { timeZone }) },
    failedNodeIds: failedTold(entry.failed.keys()),
    askedAtMs: entry.requestedAtMs,
    sinceMs: session.sinceMs,
    now: placing ? "placing" : session.absentUntilMs === undefined ? "waiting" : "away",
  };
}

type Ordered = LineEntry & { readonly turn: LineTurn };

function turnHere(entry: Entry): Ordered {
  const { id: sessionId, title, policy, failed, pinnedNodeId, requestedAtMs: askedAtMs } = entry;
  const kind = kindOf(titleIdOf(entry), policy, failed.keys(), pinnedNodeId);
  const turn = { at: "here", kind, entry } as const;
  return { turn, sessionId, priority: priorityOf(entry), publisher: title.manifest.publisher, askedAtMs, pool: kind };
}

function turnElsewhere(other: WaitingElsewhere): Ordered {
  const { sessionId, priority, publisher, askedAtMs, titleId, policy, failedNodeIds, now } = other;
  const kind = kindOf(titleId, policy, failedNodeIds);
  return { turn: { at: "elsewhere", kind, other, counts: now !== "placing" }, sessionId, priority, publisher, askedAtMs, pool: kind };
}

/** Nobody can say of themselves that they go before others; that they need not is what a hidden page says. */
function priorityOf({ session, playerClass, hidden }: Entry): LineEntry["priority"] {
  if (session.state === "queued" && session.moves > 0) return "interrupted";
  return hidden ? "background" : playerClass;
}

/** Two sessions of one kind are served by the same slots. A title has one runtime. */
function kindOf(titleId: string, policy: string | undefined, failedNodeIds: Iterable<string>, pinnedNodeId?: string): string {
  return JSON.stringify([titleId, policy, [...failedNodeIds], pinnedNodeId]);
}
