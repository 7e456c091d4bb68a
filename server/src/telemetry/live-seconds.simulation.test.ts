// Thousands of sessions whose links stall, whose timers waver, and whose ends
// lie about how long a second is. Seeded: a failure names its seed.

import { expect, test } from "vitest";
import { nodeSample, playerSample } from "../testing/fixtures.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { EARLY_MS_MAX, SECONDS_KEPT, SWEEP_MS } from "./limits.ts";
import { LiveSeconds } from "./live-seconds.ts";
import type { MinuteRecord } from "./score-session-minute.ts";

const BEGAN_MS = 1_800_000_000_000;
const SESSIONS_MAX = 3;
const SESSION_IDS = ["s1", "s2", "s3", "s4"];

type Tally = { accepted: number; acceptedMs: number; firstMs: number; minutes: MinuteRecord[] };

/** The next message of an end: how long its second was, and how long after the last one it comes. */
type Tell = () => { durationMs: number; gapMs: number };

function simulate(seed: number, createEnd: (random: () => number) => Tell, lengthMs: number) {
  const random = seededRandom(seed);
  const live = new LiveSeconds({ sessionsMax: SESSIONS_MAX });
  const tallies = new Map<string, Tally>();
  const tallyOf = (id: string) => {
    const tally = tallies.get(id) ?? { accepted: 0, acceptedMs: 0, firstMs: Infinity, minutes: [] };
    tallies.set(id, tally);
    return tally;
  };
  const keep = (minutes: MinuteRecord[]) => {
    for (const minute of minutes) tallyOf(minute.sessionId).minutes.push(minute);
  };
  const due = SESSION_IDS.flatMap((sessionId) =>
    (["player", "node"] as const).map((end) => ({ sessionId, end, tell: createEnd(random), atMs: random() * 2_000, durationMs: 1_000 })),
  );
  let sweepMs = 0;
  for (let next = earliest(due); next.atMs < lengthMs; next = earliest(due)) {
    while (sweepMs < next.atMs) keep(live.takeDueMinutes(BEGAN_MS + (sweepMs += SWEEP_MS * (1 + random()))));
    const { sessionId, end, durationMs } = next;
    const nowMs = BEGAN_MS + Math.max(next.atMs, sweepMs);
    const session = { sessionId, nodeId: "n1", playedSinceMs: BEGAN_MS };
    if (end === "node") {
      live.takeNodeSample(session, nodeSample({ durationMs, framesSent: Math.round(durationMs * 0.06) }), nowMs);
    } else if (live.takePlayerSample(session, playerSample({ durationMs, packetsLost: 1 }), nowMs) === "taken") {
      const tally = tallyOf(sessionId);
      tally.accepted++;
      tally.acceptedMs += durationMs;
      tally.firstMs = Math.min(tally.firstMs, nowMs - durationMs);
    }
    const message = next.tell();
    next.durationMs = message.durationMs;
    next.atMs += message.gapMs;
    if (random() < 0.98) continue;
    const { player = [], node = [] } = live.recent(sessionId) ?? {};
    if (live.size > SESSIONS_MAX || player.length > SECONDS_KEPT || node.length > SECONDS_KEPT) expect.fail(`seed ${seed}: memory is not bounded`);
  }
  keep(live.endAll());
  expect(live.size).toBe(0);
  return { tallies, endedMs: BEGAN_MS + lengthMs };
}

function earliest<T extends { atMs: number }>(due: readonly T[]): T {
  return due.reduce((first, other) => (other.atMs < first.atMs ? other : first));
}

const sumOf = (minutes: readonly MinuteRecord[], name: "packetsLost" | "seconds") =>
  minutes.reduce((sum, { quality }) => sum + quality[name], 0);

/** What holds however the ends behave. */
function checkTally(seed: number, { accepted, acceptedMs, firstMs, minutes }: Tally, endedMs: number): void {
  const numbers = minutes.map(({ quality }) => quality.minute);
  expect(numbers, `seed ${seed}: a minute twice, or out of order`).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  // Each sample lost one packet, so packets count samples.
  expect(sumOf(minutes, "packetsLost"), `seed ${seed}: a second was scored twice`).toBeLessThanOrEqual(accepted);
  expect(sumOf(minutes, "seconds"), `seed ${seed}`).toBeLessThanOrEqual(acceptedMs / 1_000 + 0.01 * minutes.length);
  if (accepted > 0) expect(acceptedMs, `seed ${seed}: more time than there was`).toBeLessThanOrEqual(endedMs - firstMs + EARLY_MS_MAX + 2 * SWEEP_MS);
}

/** A timer that wavers, on a link that stands still for some seconds now and then, and then brings all at once. */
function stallingEnd(random: () => number): Tell {
  let owedMs = 0;
  return () => {
    const durationMs = 950 + random() * 150;
    const caughtUpMs = Math.min(owedMs, durationMs);
    owedMs -= caughtUpMs;
    const stallMs = owedMs === 0 && random() < 0.02 ? random() * 6_000 : 0;
    owedMs += stallMs;
    return { durationMs, gapMs: durationMs - caughtUpMs + stallMs };
  };
}

test("of honest ends on bad links every second is scored once, but for those at the very ends", () => {
  let scored = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const { tallies, endedMs } = simulate(seed, stallingEnd, 230_000);
    for (const tally of tallies.values()) {
      checkTally(seed, tally, endedMs);
      scored += tally.minutes.length;
      // At the start and the end one of the two may be missing, for as long as a stall lasts.
      if (tally.accepted > 0) expect(sumOf(tally.minutes, "packetsLost"), `seed ${seed}`).toBeGreaterThanOrEqual(tally.accepted - 10);
    }
  }
  expect(scored).toBeGreaterThan(200);
});

test("on a link that only wavers, no second is missing either", () => {
  let scored = 0;
  for (let seed = 1; seed <= 12; seed++) {
    const { tallies, endedMs } = simulate(
      seed,
      (random) => () => {
        const durationMs = 990 + random() * 40;
        return { durationMs, gapMs: durationMs + (random() - 0.5) * 4 };
      },
      180_000,
    );
    for (const tally of tallies.values()) {
      checkTally(seed, tally, endedMs);
      scored += tally.minutes.length;
      // The player's first may be before the node's, and the last after it.
      if (tally.accepted > 0) expect(sumOf(tally.minutes, "packetsLost"), `seed ${seed}`).toBeGreaterThanOrEqual(tally.accepted - 4);
    }
  }
  expect(scored).toBeGreaterThan(100);
});

test("ends that tell anything at any time get no second counted twice, and no time that was not", () => {
  let accepted = 0;
  let scored = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const { tallies, endedMs } = simulate(
      seed,
      (random) => () => ({
        durationMs: pick(random, [100, 1_000, 1_000, 1_000, 5_000, 10_000]),
        gapMs: pick(random, random() < 0.01 ? [30_000, 150_000] : [0, 0, 1, 500, 1_000, 1_000, 2_000, 3_000]) * random(),
      }),
      400_000,
    );
    for (const tally of tallies.values()) {
      checkTally(seed, tally, endedMs);
      accepted += tally.accepted;
      scored += tally.minutes.length;
    }
  }
  expect(accepted).toBeGreaterThan(5_000);
  expect(scored).toBeGreaterThan(50);
});
