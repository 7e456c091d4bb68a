import { expect, test } from "vitest";
import { device, title } from "../testing/fixtures.ts";
import { newEntry } from "./entry.ts";
import { queuedSession, type Lease, type Session } from "./session.ts";
import type { SessionEntry } from "./session-directory.ts";
import { createWholeLine } from "./whole-line.ts";

const NOW_MS = 100_000;
const lease: Lease = { nodeId: "n1", slot: 0, epoch: 1 };
const played = (sinceMs: number) => ({ sinceMs, meteredMs: 0, runningSinceMs: sinceMs });
const streaming = (sinceMs: number): Session => ({ state: "streaming", lease, played: played(sinceMs), moves: 0, stalledAtMs: undefined });
const starting: Session = { state: "starting", lease, deadlineMs: NOW_MS, startUntilMs: NOW_MS, steps: [], heardAtMs: 0, askAtMs: NOW_MS, played: undefined, moves: 0, stalledAtMs: undefined };
const ending: Session = { state: "ending", lease, deadlineMs: NOW_MS, end: { reason: "player-left", detail: undefined, atMs: NOW_MS }, played: played(5_000) };
const place = { address: undefined, timeZone: undefined };

/** By its own account each was asked for long before it was seen. */
const here = (id: string, session: Session, pinnedNodeId?: string) =>
  newEntry({ id, playerId: id, title: title(), device, place, policy: undefined, pinnedNodeId, requestedAtMs: 1_000 }, session);
const elsewhere = (change: Partial<SessionEntry>): SessionEntry => ({
  ownerId: "other", term: 1, playerId: "p", titleId: "freedoom", nodeIds: ["n2"], requestedAtMs: 2_000, ending: false, ...change,
});

function lineOf(entries: ReturnType<typeof here>[], placed: SessionEntry[]) {
  return createWholeLine({
    entries: new Map(entries.map((entry) => [entry.id, entry])),
    shared: { elsewhere: () => [] },
    directory: { placedElsewhere: () => placed },
    titles: { find: () => title() },
    nowMs: () => NOW_MS,
  });
}

test("lengths are learned from all that are played, here and elsewhere, but for checks and what is over", () => {
  const line = lineOf(
    [
      here("s1", streaming(10_000)),
      here("s2", starting),
      here("s3", ending),
      here("check", streaming(11_000), "n1"),
      // Its node was lost, and it goes on at the next one.
      here("s4", { ...queuedSession(NOW_MS, 1), played: played(12_000), moves: 1 }),
    ],
    [elsewhere({ playedSinceMs: 20_000 }), elsewhere({ playedSinceMs: 21_000, ending: true }), elsewhere({})],
  );
  expect(line.runningSinceMs()).toEqual([10_000, 12_000, 20_000]);
});

test("who holds a slot has the age of its first picture, not of the request, as far as it is told", () => {
  const line = lineOf(
    [here("s1", streaming(10_000)), here("s2", starting), here("s3", queuedSession(NOW_MS, 1))],
    // The last is of an earlier version, or has no picture yet.
    [elsewhere({ playedSinceMs: 20_000 }), elsewhere({}), elsewhere({ requestedAtMs: undefined })],
  );
  expect(line.agesOf("native")).toEqual([90_000, 0, 80_000, 98_000]);
  expect(line.agesOf("web")).toEqual([]);
});
