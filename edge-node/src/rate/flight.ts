// Frames between node and player: what was sent, what came, and what the path
// did to them in between.
//
// Delays are differences between two clocks, so only their changes mean
// anything; the least one seen in the last half minute stands for an empty path.

import type { ReceivedFrame, SentFrame } from "./events.ts";

type Departure = SentFrame & {
  readonly sentAtMs: number;
  /** All bytes sent so far, this frame included. */
  readonly bytesThrough: number;
};

export type Arrival = Departure & {
  readonly receivedAtMs: number;
  /** When the node was told. */
  readonly heardAtMs: number;
  /** How much longer than over an empty path. */
  readonly lateMs: number;
};

/** The least value of the last one to two spans. */
type LeastOf = { readonly current: number; readonly previous: number; readonly turnAtMs: number };

export type Flight = {
  readonly bytesSent: number;
  /** Oldest first. */
  readonly underWay: readonly Departure[];
  /** In the order heard, newest last. */
  readonly arrivals: readonly Arrival[];
  /** What left in the last moments, whether it came or not. */
  readonly departures: readonly { readonly atMs: number; readonly bytes: number }[];
  readonly leastOneWay: LeastOf;
  /** Node's own clock: from sending to hearing that it came. */
  readonly leastEcho: LeastOf;
  readonly lastHeardAtMs: number | undefined;
};

/** At 60 frames a second more than two seconds; older ones are given up. */
const UNDER_WAY_MAX = 128;
/** What rates and standing delays are read from. */
const KEPT_MS = 400;
const KEPT_MAX = 64;
/** Long enough to meet an empty path, short enough that drifting clocks (50 ppm: 1.5 ms) don't matter. */
const LEAST_SPAN_MS = 15_000;

const NOTHING_YET: LeastOf = { current: Infinity, previous: Infinity, turnAtMs: -Infinity };

export const EMPTY_FLIGHT: Flight = {
  bytesSent: 0,
  underWay: [],
  arrivals: [],
  departures: [],
  leastOneWay: NOTHING_YET,
  leastEcho: NOTHING_YET,
  lastHeardAtMs: undefined,
};

export function noteSent(flight: Flight, frame: SentFrame, nowMs: number): Flight {
  const bytesThrough = flight.bytesSent + frame.bytes;
  const departure = { ...frame, sentAtMs: nowMs, bytesThrough };
  return {
    ...flight,
    bytesSent: bytesThrough,
    underWay: [...flight.underWay, departure].slice(-UNDER_WAY_MAX),
    departures: [...flight.departures, { atMs: nowMs, bytes: frame.bytes }]
      .filter(({ atMs }) => nowMs - atMs <= KEPT_MS)
      .slice(-KEPT_MAX),
  };
}

/**
 * A frame that came proves those before it came or never will. News told twice,
 * and of frames never sent, is ignored.
 */
export function noteReceived(flight: Flight, frames: readonly ReceivedFrame[], nowMs: number): Flight {
  return frames.reduce((before, frame) => noteOne(before, frame, nowMs), flight);
}

function noteOne(flight: Flight, { rtpTimestamp, receivedAtMs }: ReceivedFrame, nowMs: number): Flight {
  const place = flight.underWay.findIndex((departure) => departure.rtpTimestamp === rtpTimestamp);
  const departure = flight.underWay[place];
  if (!departure || !Number.isFinite(receivedAtMs)) return flight;
  const oneWayMs = receivedAtMs - departure.sentAtMs;
  const leastOneWay = noteLeast(flight.leastOneWay, oneWayMs, nowMs);
  const arrival = { ...departure, receivedAtMs, heardAtMs: nowMs, lateMs: oneWayMs - leastValue(leastOneWay) };
  return {
    ...flight,
    underWay: flight.underWay.slice(place + 1),
    arrivals: [...flight.arrivals, arrival]
      .filter(({ heardAtMs }) => nowMs - heardAtMs <= KEPT_MS)
      .slice(-KEPT_MAX),
    leastOneWay,
    leastEcho: noteLeast(flight.leastEcho, nowMs - departure.sentAtMs, nowMs),
    lastHeardAtMs: nowMs,
  };
}

/** The path became longer for good: what is seen now is its new length. */
export function forgetLeast(flight: Flight, nowMs: number): Flight {
  const last = flight.arrivals.at(-1);
  if (!last) return flight;
  const fresh = flight.arrivals.slice(-4);
  const leastOneWay = Math.min(...fresh.map((arrival) => arrival.receivedAtMs - arrival.sentAtMs));
  const leastEcho = Math.min(...fresh.map((arrival) => arrival.heardAtMs - arrival.sentAtMs));
  return {
    ...flight,
    arrivals: [],
    leastOneWay: { current: leastOneWay, previous: Infinity, turnAtMs: nowMs },
    leastEcho: { current: leastEcho, previous: Infinity, turnAtMs: nowMs },
  };
}

/** Begins anew on the same path: what it takes at least is still known. */
export function forgetUnderWay(flight: Flight, nowMs: number): Flight {
  return { ...flight, underWay: [], arrivals: [], departures: [], lastHeardAtMs: nowMs };
}

/** What the path has been doing, read from the arrivals in view. */
export type PathReading = {
  /** Delay that all of the last frames had: what stands in a queue. Undefined while too few came. */
  readonly standingMs: number | undefined;
  /** The queue is emptying by itself. */
  readonly falling: boolean;
  /** It is filling: frames in view take longer and longer. */
  readonly rising: boolean;
  /** What came through while there was a queue, which is what the link carries. Undefined without one. */
  readonly receivedKbps: number | undefined;
  /** Milliseconds that a kilobyte adds to a frame: small where the link is wide. */
  readonly msPerKilobyte: number | undefined;
};

/**
 * Only frames sent after `sinceMs` are looked at: earlier ones were another rate's.
 * Frames later than `queueLimitMs` met a queue.
 */
export function readPath(flight: Flight, sinceMs: number, queueLimitMs: number): PathReading {
  const arrivals = flight.arrivals.filter(({ sentAtMs }) => sentAtMs >= sinceMs);
  const last = arrivals.at(-1);
  if (!last) return NO_READING;
  const lateMs = arrivals.map((arrival) => arrival.lateMs);
  const large = arrivals.filter(({ bytes }) => bytes >= LARGE_FRAME_BYTES);
  return {
    standingMs: standingMs(lateMs, queueLimitMs),
    falling: (lateMs.at(-STANDING_FRAMES) ?? last.lateMs) - last.lateMs > FALLING_MS,
    rising: isRising(lateMs),
    receivedKbps: receivedKbps(lateOnes(arrivals, queueLimitMs)),
    msPerKilobyte: large.length >= 3 ? mean(large.map(({ lateMs, bytes }) => (1_000 * lateMs) / bytes)) : undefined,
  };
}

const NO_READING: PathReading = {
  standingMs: undefined,
  falling: false,
  rising: false,
  receivedKbps: undefined,
  msPerKilobyte: undefined,
};

/**
 * Two frames in a row may each wait for a lost packet, and a third that came
 * before them is only heard of after they were shown. A queue makes all late: three
 * are enough when they are very late, otherwise five tell it from jitter (the
 * least of several, as CoDel judges a queue: RFC 8289).
 */
const STANDING_FRAMES = 5;
const STANDING_FRAMES_MIN = 3;
const VERY_LATE = 1.6;

function standingMs(lateMs: readonly number[], queueLimitMs: number): number | undefined {
  if (lateMs.length < STANDING_FRAMES_MIN) return undefined;
  const least = Math.min(...lateMs.slice(-STANDING_FRAMES_MIN));
  if (least > VERY_LATE * queueLimitMs) return least;
  return lateMs.length < STANDING_FRAMES ? undefined : Math.min(...lateMs.slice(-STANDING_FRAMES));
}

/** A window that shrinks by more than this from its first frame to its last is draining. */
const FALLING_MS = 10;
/**
 * A rise of a few milliseconds from the first third in view to the last. The least
 * of each third: a queue lifts it, and a frame that waited for a lost packet does not.
 */
const RISING_MS = 4;

function isRising(lateMs: readonly number[]): boolean {
  const third = Math.floor(lateMs.length / 3);
  if (third < 2) return false;
  const jitterMs = mean(lateMs) - Math.min(...lateMs);
  const riseMs = Math.min(...lateMs.slice(-third)) - Math.min(...lateMs.slice(0, third));
  return riseMs > Math.max(RISING_MS, (JITTER_DOUBT * jitterMs) / third);
}

/**
 * The least of few frames wanders with the path's jitter, by as much as that divided by how many they are; a rise
 * has to be so many times that. Simulated: without it a jitter of 10 ms and 30 frames a second left half of an LTE link unused.
 */
const JITTER_DOUBT = 3;

/** A smaller frame is two packets or less, and says nothing about the width of a link. */
const LARGE_FRAME_BYTES = 3_000;
/** Shorter than this, a rate is an accident. */
const RATE_SPAN_MS_MIN = 45;

/** A frame as late as this share of the limit met the end of the one before it. */
const BUSY_SHARE = 0.7;

/**
 * The last arrivals without those from before the queue: while it stands the link
 * is busy all the time, so what comes through is what it carries.
 */
function lateOnes(arrivals: readonly Arrival[], queueLimitMs: number): readonly Arrival[] {
  const lastInTime = arrivals.findLastIndex(({ lateMs }) => lateMs < BUSY_SHARE * queueLimitMs);
  return arrivals.slice(lastInTime + 1);
}

/** Bytes by time between the first and the last frame that came. */
function receivedKbps(arrivals: readonly Arrival[]): number | undefined {
  const first = arrivals[0];
  const last = arrivals.at(-1);
  if (!first || !last) return undefined;
  const spanMs = newestReceivedMs(arrivals) - first.receivedAtMs;
  if (spanMs < RATE_SPAN_MS_MIN) return undefined;
  return ((last.bytesThrough - first.bytesThrough) * 8) / spanMs;
}

/** What was sent in the last `spanMs`, which may be 400 at most. */
export function sentKbps(flight: Flight, spanMs: number, nowMs: number): number {
  const bytes = flight.departures
    .filter(({ atMs }) => nowMs - atMs <= spanMs)
    .reduce((sum, departure) => sum + departure.bytes, 0);
  return (bytes * 8) / spanMs;
}

/** Mean time between frames of late, 0 while there are too few to tell. */
export function departureIntervalMs({ departures }: Flight): number {
  const first = departures[0];
  const last = departures.at(-1);
  return first && last && departures.length >= 4 ? (last.atMs - first.atMs) / (departures.length - 1) : 0;
}

/**
 * How much longer than usual news of a frame is out, with one more behind it that
 * is also overdue: one late frame is a lost packet, two are a queue. This knows of
 * a queue before its first frame arrives.
 */
export function overdueMs(flight: Flight, nowMs: number): number {
  const second = flight.underWay[1];
  const least = leastValue(flight.leastEcho);
  if (!second || least === Infinity) return 0;
  return Math.max(0, nowMs - second.sentAtMs - least);
}

/** For how long nothing was heard although frames are under way. */
export function silentMs(flight: Flight, nowMs: number): number {
  const oldest = flight.underWay[0];
  const least = leastValue(flight.leastEcho);
  if (!oldest || flight.lastHeardAtMs === undefined || least === Infinity) return 0;
  const dueMs = Math.max(oldest.sentAtMs + least, flight.lastHeardAtMs);
  return Math.max(0, nowMs - dueMs);
}

/** Median delay of the frames in view, beyond that of an empty path. Infinity without any. */
export function usualLateMs({ arrivals }: Flight): number {
  const sorted = arrivals.map(({ lateMs }) => lateMs).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Infinity;
}

/** Round trip of a frame and its news over an empty path; Infinity before the first. */
export function leastEchoMs(flight: Flight): number {
  return leastValue(flight.leastEcho);
}

/** Not always the last: a frame that waited for a lost packet may come after its successor. */
function newestReceivedMs(arrivals: readonly Arrival[]): number {
  return Math.max(...arrivals.map(({ receivedAtMs }) => receivedAtMs));
}

function noteLeast(least: LeastOf, value: number, nowMs: number): LeastOf {
  if (nowMs - least.turnAtMs < LEAST_SPAN_MS) return { ...least, current: Math.min(least.current, value) };
  return { current: value, previous: least.current, turnAtMs: nowMs };
}

function leastValue({ current, previous }: LeastOf): number {
  return Math.min(current, previous);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
