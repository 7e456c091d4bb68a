import { describe, expect, test } from "vitest";
import {
  departureIntervalMs,
  EMPTY_FLIGHT,
  forgetLeast,
  leastEchoMs,
  noteReceived,
  noteSent,
  overdueMs,
  readPath,
  sentKbps,
  silentMs,
} from "./flight.ts";
import type { Flight } from "./flight.ts";

const CLOCK_OFFSET_MS = 5_000_000;
const FRAME_MS = 1_000 / 60;
const QUEUE_LIMIT_MS = 28;

type Life = { sentAtMs: number; oneWayMs: number; bytes?: number };

/** Sends frames and hears of each 10 ms after it came, all in the order of time. */
function fly(lives: readonly Life[], from: Flight = EMPTY_FLIGHT): Flight {
  const happenings = lives.flatMap(({ sentAtMs, oneWayMs, bytes = 10_000 }) => [
    {
      atMs: sentAtMs,
      apply: (flight: Flight) => noteSent(flight, { rtpTimestamp: sentAtMs, bytes, keyframe: false }, sentAtMs),
    },
    {
      atMs: sentAtMs + oneWayMs + 10,
      apply: (flight: Flight) =>
        noteReceived(
          flight,
          [{ rtpTimestamp: sentAtMs, receivedAtMs: sentAtMs + oneWayMs + CLOCK_OFFSET_MS }],
          sentAtMs + oneWayMs + 10,
        ),
    },
  ]);
  return happenings.toSorted((a, b) => a.atMs - b.atMs).reduce((flight, { apply }) => apply(flight), from);
}

const steady = (count: number, oneWayMs: number, fromMs = 0): Life[] =>
  Array.from({ length: count }, (_, index) => ({ sentAtMs: fromMs + index * FRAME_MS, oneWayMs }));

describe("delay", () => {
  test("is counted from the least that was seen, whatever the clocks say", () => {
    const flight = fly([...steady(20, 15), ...steady(5, 75, 400)]);
    const { standingMs } = readPath(flight, 400, QUEUE_LIMIT_MS);
    expect(standingMs).toBeCloseTo(60, 6);
  });

  test("stands only when all of the last frames had it", () => {
    const jittery = steady(20, 15).map((life, index) => ({ ...life, oneWayMs: index % 3 === 0 ? 15 : 90 }));
    expect(readPath(fly(jittery), 0, QUEUE_LIMIT_MS).standingMs).toBeCloseTo(0, 6);
  });

  test("two frames in a row that waited for lost packets are no queue", () => {
    const lives = [...steady(20, 15), ...steady(2, 65, 20 * FRAME_MS)];
    expect(readPath(fly(lives), 0, QUEUE_LIMIT_MS).standingMs).toBeCloseTo(0, 6);
  });

  test("three very late ones are, without waiting for more", () => {
    const lives = [...steady(20, 15), ...steady(3, 90, 20 * FRAME_MS)];
    expect(readPath(fly(lives), 0, QUEUE_LIMIT_MS).standingMs).toBeCloseTo(75, 6);
  });

  test("is unknown while nothing sent since the last change has come", () => {
    expect(readPath(fly(steady(20, 15)), 1_000, QUEUE_LIMIT_MS).standingMs).toBeUndefined();
  });

  test("that grows is rising, that shrinks is falling", () => {
    const grow = steady(12, 15).map((life, index) => ({ ...life, oneWayMs: 15 + 2 * index }));
    const shrink = steady(12, 15, 600).map((life, index) => ({ ...life, oneWayMs: 100 - 5 * index }));
    expect(readPath(fly(grow), 0, QUEUE_LIMIT_MS)).toMatchObject({ rising: true, falling: false });
    expect(readPath(fly([...steady(20, 15), ...shrink]), 600, QUEUE_LIMIT_MS)).toMatchObject({ rising: false, falling: true });
    expect(readPath(fly(steady(12, 15)), 0, QUEUE_LIMIT_MS)).toMatchObject({ rising: false, falling: false });
  });

  test("of a few frames that tremble is not rising", () => {
    const lives = [15, 20, 31, 22, 38, 24].map((oneWayMs, index) => ({ sentAtMs: 33 * index, oneWayMs }));
    expect(readPath(fly(lives), 0, QUEUE_LIMIT_MS).rising).toBe(false);
  });

  test("of a path that became longer is forgotten when told to", () => {
    const longer = fly([...steady(20, 15), ...steady(10, 75, 400)]);
    const flight = fly(steady(10, 75, 700), forgetLeast(longer, 650));
    expect(readPath(flight, 0, QUEUE_LIMIT_MS).standingMs).toBeCloseTo(0, 6);
  });
});

describe("what the link carries", () => {
  test("is read while a queue keeps it busy", () => {
    // 10,000 bytes every 16.7 ms into a link that takes 20 ms for them: 4 Mbit/s.
    const lives = steady(30, 15).map((life, index) => ({ ...life, oneWayMs: 15 + index * (20 - FRAME_MS) }));
    expect(readPath(fly(lives), 0, QUEUE_LIMIT_MS).receivedKbps).toBeCloseTo(4_000, -1);
  });

  test("is unknown without a queue", () => {
    expect(readPath(fly(steady(30, 15)), 0, QUEUE_LIMIT_MS).receivedKbps).toBeUndefined();
  });
});

test("what is sent is counted whether it comes or not", () => {
  let flight = EMPTY_FLIGHT;
  for (let frame = 0; frame < 60; frame++) {
    flight = noteSent(flight, { rtpTimestamp: frame, bytes: 10_000, keyframe: false }, frame * FRAME_MS);
  }
  expect(sentKbps(flight, 300, 59 * FRAME_MS)).toBeGreaterThan(4_600);
  expect(sentKbps(flight, 300, 59 * FRAME_MS)).toBeLessThan(5_200);
  expect(departureIntervalMs(flight)).toBeCloseTo(FRAME_MS, 3);
});

describe("frames that are out for too long", () => {
  const usual = fly(steady(20, 15));

  test("one is a lost packet, two are a queue", () => {
    const one = noteSent(usual, { rtpTimestamp: 1, bytes: 9, keyframe: false }, 400);
    expect(overdueMs(one, 600)).toBe(0);
    const two = noteSent(one, { rtpTimestamp: 2, bytes: 9, keyframe: false }, 417);
    expect(overdueMs(two, 417)).toBe(0);
    expect(overdueMs(two, 600)).toBeCloseTo(600 - 417 - leastEchoMs(usual), 6);
  });

  test("silence counts from when news was due", () => {
    const sent = noteSent(usual, { rtpTimestamp: 1, bytes: 9, keyframe: false }, 1_000);
    expect(silentMs(usual, 9_000)).toBe(0);
    expect(silentMs(sent, 1_010)).toBe(0);
    expect(silentMs(sent, 1_500)).toBeCloseTo(475, 6);
  });
});

describe("news that can't be right is ignored", () => {
  const sent = noteSent(EMPTY_FLIGHT, { rtpTimestamp: 7, bytes: 9, keyframe: false }, 0);

  test.each([
    ["a frame that was never sent", { rtpTimestamp: 8, receivedAtMs: 1 }],
    ["a time that is no number", { rtpTimestamp: 7, receivedAtMs: Number.NaN }],
  ])("%s", (_name, frame) => {
    expect(noteReceived(sent, [frame], 20)).toBe(sent);
  });

  test("a frame told twice", () => {
    const once = noteReceived(sent, [{ rtpTimestamp: 7, receivedAtMs: 1 }], 20);
    expect(noteReceived(once, [{ rtpTimestamp: 7, receivedAtMs: 99 }], 30)).toBe(once);
  });
});

test("memory is bounded when nothing ever comes back", () => {
  let flight = EMPTY_FLIGHT;
  for (let frame = 0; frame < 5_000; frame++) {
    flight = noteSent(flight, { rtpTimestamp: frame, bytes: 10, keyframe: false }, frame);
  }
  expect(flight.underWay.length).toBeLessThanOrEqual(128);
  expect(flight.departures.length).toBeLessThanOrEqual(128);
});
