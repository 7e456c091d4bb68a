import { describe, expect, test } from "vitest";
import { climbStep, meetCeiling, startClimb } from "./climb.ts";
import type { ClimbState } from "./climb.ts";
import type { PathReading } from "./flight.ts";

const CLEAN: PathReading = {
  standingMs: 2,
  falling: false,
  rising: false,
  receivedKbps: undefined,
  msPerKilobyte: 0.5,
};

type Walk = { climb: ClimbState; kbps: number; fromMs: number; forMs: number; path?: Partial<PathReading>; maxKbps?: number };

/** Looks every 50 ms, news of frames arriving 40 ms after they were sent. Returns the rate at each look. */
function walk({ climb, kbps, fromMs, forMs, path = {}, maxKbps = 20_000 }: Walk): { climb: ClimbState; rates: number[] } {
  let state = { climb, kbps };
  const rates: number[] = [];
  for (let nowMs = fromMs; nowMs < fromMs + forMs; nowMs += 50) {
    state = climbStep(state.climb, {
      kbps: state.kbps,
      maxKbps,
      path: { ...CLEAN, ...path },
      newestSentAtMs: nowMs - 40,
      nowMs,
    });
    rates.push(state.kbps);
  }
  return { climb: state.climb, rates };
}

test("start-up finds 20 Mbit/s from 4 in a second, and no more", () => {
  const { rates, climb } = walk({ climb: startClimb(0), kbps: 4_000, fromMs: 0, forMs: 1_000 });
  expect(rates.at(-1)).toBe(20_000);
  expect(Math.max(...rates)).toBe(20_000);
  expect(climb.starting).toBe(false);
});

test("a rate has to be seen to work before the next step", () => {
  const { rates } = walk({ climb: startClimb(0), kbps: 4_000, fromMs: 0, forMs: 150 });
  expect(new Set(rates)).toEqual(new Set([4_000]));
});

describe("below a ceiling", () => {
  const met = meetCeiling(startClimb(0), 10_000, 1_000);

  test("it comes back quickly and stays just below", () => {
    const { rates } = walk({ climb: met, kbps: 6_000, fromMs: 1_000, forMs: 950 });
    expect(rates.at(-1)).toBe(9_200);
  });

  test("it tries beyond after a while, in small steps", () => {
    const { rates } = walk({ climb: met, kbps: 9_200, fromMs: 1_000, forMs: 1_800 });
    expect(rates.find((kbps) => kbps > 9_200)).toBeCloseTo(9_844, 0);
  });

  test("far beyond it there is no ceiling any more", () => {
    const { climb, rates } = walk({ climb: met, kbps: 9_200, fromMs: 1_000, forMs: 8_000 });
    expect(climb.ceiling).toBeUndefined();
    expect(rates.at(-1)).toBe(20_000);
  });

  test("the first sign of a queue beyond it sends it back, to try again soon", () => {
    const beyond = walk({ climb: met, kbps: 9_200, fromMs: 1_000, forMs: 1_250 });
    const back = walk({ climb: beyond.climb, kbps: 10_500, fromMs: 2_250, forMs: 50, path: { rising: true } });
    expect(back.rates).toEqual([9_200]);
    expect(back.climb.ceiling?.retryAtMs).toBe(4_250);
  });

  test("meeting it again and again calls for patience, up to a limit", () => {
    let climb = met;
    const waits: number[] = [];
    for (let time = 0; time < 10; time++) {
      climb = meetCeiling(climb, 10_000 + 100 * (time % 3), 0);
      waits.push(climb.ceiling?.retryAtMs ?? 0);
    }
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    expect(waits.at(-1)).toBe(8_000);
  });

  test("meeting another one is news, and patience begins anew", () => {
    const often = Array.from({ length: 5 }).reduce((climb: ClimbState) => meetCeiling(climb, 10_000, 0), met);
    expect(meetCeiling(often, 5_000, 0).ceiling?.failures).toBe(0);
  });

  test("a link on which each kilobyte becomes much cheaper has no ceiling", () => {
    const usual = walk({ climb: met, kbps: 9_200, fromMs: 1_000, forMs: 500, path: { msPerKilobyte: 0.8 } });
    expect(usual.climb.ceiling).toBeDefined();
    const wider = walk({ climb: usual.climb, kbps: 9_200, fromMs: 1_500, forMs: 250, path: { msPerKilobyte: 0.2 } });
    expect(wider.climb.ceiling).toBeUndefined();
    expect(wider.rates.at(-1)).toBeGreaterThan(9_200);
  });
});

test("after silence it comes back to what worked, faster than to the unknown", () => {
  const silent: ClimbState = { ...startClimb(0), starting: false, provenKbps: 16_000 };
  const { rates } = walk({ climb: silent, kbps: 4_000, fromMs: 0, forMs: 1_000 });
  expect(rates.at(-1)).toBe(16_000);
});

test("a queue that fills stops the climb anywhere", () => {
  const { rates } = walk({ climb: startClimb(0), kbps: 4_000, fromMs: 0, forMs: 1_000, path: { rising: true } });
  expect(new Set(rates)).toEqual(new Set([4_000]));
});
