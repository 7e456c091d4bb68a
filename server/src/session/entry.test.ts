import { expect, test } from "vitest";
import { device, title } from "../testing/fixtures.ts";
import { newEntry, recordOf, toldOf } from "./entry.ts";
import type { Session } from "./session.ts";

const facts = { id: "s1", playerId: "p1", title: title(), device, place: { address: undefined, timeZone: undefined }, policy: undefined, requestedAtMs: 1 };
const lease = { nodeId: "n1", slot: 0, epoch: 7 };
const played = { sinceMs: 2, meteredMs: 9_000, runningSinceMs: undefined };
const streaming: Session = { state: "streaming", lease, played, moves: 0, stalledAtMs: undefined };
const ended: Session = { state: "ended", end: { reason: "player-left", detail: undefined, atMs: 9_002 }, played };

test("others are told since when a session is played, while it lasts, and not of a check", () => {
  expect(toldOf(newEntry(facts, streaming)).playedSinceMs).toBe(2);
  expect(toldOf(newEntry(facts, ended))).not.toHaveProperty("playedSinceMs");
  expect(toldOf(newEntry({ ...facts, pinnedNodeId: "n1" }, streaming))).not.toHaveProperty("playedSinceMs");
});

test("what is stored of a check is a player's session until it is over, and then marked", () => {
  const pinned = { ...facts, pinnedNodeId: "n1" };
  expect(recordOf(newEntry(pinned, streaming))).toEqual(recordOf(newEntry(facts, streaming)));
  expect(recordOf(newEntry(pinned, ended))).toEqual({ ...recordOf(newEntry(facts, ended)), check: true });
});

test("what both ends told is stored once it is over, where one owner heard all of it", () => {
  const told = { nodeMs: 9_000, playerMs: 8_000 };
  const heard = (session: Session, term = 1) => recordOf({ ...newEntry(facts, session, { term }), told }).told;
  expect(heard(ended)).toEqual(told);
  expect(heard(ended, 2)).toBeUndefined();
  expect(heard(streaming)).toBeUndefined();
});
