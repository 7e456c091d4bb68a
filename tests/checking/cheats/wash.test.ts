// Play that a host makes up (docs/cheats.md): what finds it, how soon, and whom it does not take for it.

import { expect, test } from "vitest";
import { findWash, type WashReason } from "@nearframe/server/checking/wash";
import { seededRandom } from "../seeded-random.ts";
import { rate } from "../weeks/weeks.ts";
import { HONEST_KINDS, playedWeek, toldBy, WASH_KINDS, type PlayKind } from "./wash-plays.ts";

const HOUR_MS = 3_600_000;
const LOOKS_AT_HOURS = [2, 4, 6, 9, 12, 16, 24, 48, 72, 96, 120, 144, 168];
/** Of 1,000 of each kind: docs/cheats.md. */
const WEEKS = 30;

/** At which hour the first of it was found, and by what. */
function look(kind: PlayKind, seed: number, atHours = LOOKS_AT_HOURS): { hour: number | undefined; reasons: ReadonlySet<WashReason> } {
  const week = playedWeek(kind, seededRandom(seed));
  for (const hour of atHours) {
    const found = findWash(toldBy(week, hour * HOUR_MS));
    if (found.length > 0) return { hour, reasons: new Set(found.flatMap(({ reasons }) => reasons)) };
  }
  return { hour: undefined, reasons: new Set() };
}

const FOUND: Readonly<Record<(typeof WASH_KINDS)[number], { by: WashReason[]; withinHours: number }>> = {
  "idle-at-home": { by: ["nowhere-else", "no-input", "own-network"], withinHours: 12 },
  "a-guest-each-time": { by: ["nowhere-else", "no-input", "own-network"], withinHours: 24 },
  "a-script-elsewhere": { by: ["nowhere-else", "looped-input", "few-players"], withinHours: 24 },
  "imitated-hands": { by: ["nowhere-else", "own-network", "few-players", "round-the-clock"], withinHours: 72 },
  "among-players": { by: ["nowhere-else", "no-input", "own-network"], withinHours: 24 },
};

test.each(WASH_KINDS)("play made up is found: %s", (kind) => {
  const { by, withinHours } = FOUND[kind];
  const looks = Array.from({ length: 10 }, (_, seed) => look(kind, seed + 1));
  for (const [seed, { hour, reasons: found }] of looks.entries()) {
    expect(hour, `seed ${seed + 1}`).toBeLessThanOrEqual(withinHours);
    expect([...found], `seed ${seed + 1}`).toEqual(expect.arrayContaining(by));
  }
});

test.each(HONEST_KINDS)("play that only looks alike is left alone: %s", (kind) => {
  const taken = Array.from({ length: WEEKS }, (_, seed) => look(kind, seed + 1, [24, 72, 120, 168])).filter(({ hour }) => hour !== undefined);
  expect(rate(taken.length, WEEKS).count).toBe(0);
});

test("all of a host's made up play is marked, and none of the others' beside it", () => {
  const week = playedWeek("among-players", seededRandom(7));
  const marked = new Set(findWash(week).map(({ sessionId }) => sessionId));
  for (const { sessionId, playerId } of week.sessions) expect(marked.has(sessionId), playerId).toBe(playerId.startsWith("family"));
});

test("made up players are not told from strangers by playing elsewhere, once they do", () => {
  const week = playedWeek("idle-at-home", seededRandom(7));
  expect(findWash({ ...week, minutesElsewhere: new Map([["family-0", 600], ["family-1", 600], ["family-2", 600]]) })).toEqual([]);
});
