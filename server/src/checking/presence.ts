// Which checkers are there, as their homes tell: nobody for long without being told again.

import type { NodeRecord } from "../nodes/node-record.ts";
import { PRESENT_EVERY_MS } from "./limits.ts";
import type { PresentChecker } from "./mail.ts";

/** Not told of for so long, it is gone, or its home is. */
const SILENT_MS = 3 * PRESENT_EVERY_MS;
/** Then it is forgotten. */
const FORGOTTEN_MS = 10 * 60_000;

export type Presence = ReturnType<typeof createPresence>;

export function createPresence(nowMs: () => number) {
  const known = new Map<string, { checker: PresentChecker; homeId: string; sinceMs: number; heardMs: number; goneMs: number | undefined }>();
  const offlineSince = new Map<string, number>();

  /** Those who were not there before, or have come to another home. */
  function hear(checkers: readonly PresentChecker[], homeId: string): string[] {
    const atMs = nowMs();
    const back: string[] = [];
    for (const checker of checkers) {
      const before = known.get(checker.checkerId);
      const wasHere = before && before.homeId === homeId && absentMs(checker.checkerId) === 0;
      if (!wasHere) back.push(checker.checkerId);
      known.set(checker.checkerId, { checker, homeId, sinceMs: wasHere ? before.sinceMs : atMs, heardMs: atMs, goneMs: undefined });
    }
    return back;
  }

  function leave(checkerId: string): void {
    const entry = known.get(checkerId);
    if (entry) entry.goneMs ??= nowMs();
  }

  function absentMs(checkerId: string): number {
    const entry = known.get(checkerId);
    if (!entry) return Infinity;
    const goneMs = entry.goneMs ?? (nowMs() - entry.heardMs > SILENT_MS ? entry.heardMs : undefined);
    return goneMs === undefined ? 0 : Math.max(1, nowMs() - goneMs);
  }

  function all(): PresentChecker[] {
    const present: PresentChecker[] = [];
    for (const [checkerId, { checker }] of known) {
      const absent = absentMs(checkerId);
      if (absent === 0) present.push(checker);
      else if (absent > FORGOTTEN_MS) known.delete(checkerId);
    }
    return present;
  }

  return {
    hear,
    leave,
    absentMs,
    all,
    find: (checkerId: string): PresentChecker | undefined => known.get(checkerId)?.checker,
    homeOf: (checkerId: string): string | undefined => known.get(checkerId)?.homeId,
    /** How long the first of them has been there. */
    longestMs: (): number => all().reduce((most, { checkerId }) => Math.max(most, nowMs() - (known.get(checkerId)?.sinceMs ?? Infinity)), -1),
    /** 0 while it is linked: its heartbeats are then no older than a minute. */
    offlineForMs(node: NodeRecord | undefined): number {
      if (!node) return SILENT_NODE_MS;
      if (node.state !== "offline") {
        offlineSince.delete(node.nodeId);
        return 0;
      }
      const sinceMs = offlineSince.get(node.nodeId) ?? nowMs();
      if (offlineSince.size < 10_000) offlineSince.set(node.nodeId, sinceMs);
      return nowMs() - sinceMs;
    },
  };
}

/** A node that nobody knows any more has been silent for as long as any is shown. */
const SILENT_NODE_MS = 10 * 60_000;
