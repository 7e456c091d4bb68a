// What was seen and heard of a session, put together into an observation. Knows no
// transport and no clock: whoever sees something says when.
//
//   tap ──▶ first picture ──▶ settled ──────── watched ────────▶ end
//           (start-up)        rate and picture have found       every figure but
//                             their level                       start-up is of this part

import type { PlayedObservation } from "@nearframe/shared/checking/observation";
import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { freezesIn, median, quantile } from "./freezes.ts";
import { seeNonce, summariseNonces, type AskedNonce } from "./nonces.ts";
import { countPacket, lostBetween, NOTHING_HEARD, type WireCount } from "./wire.ts";

/** A node climbs to its rate and its title starts to move: a second or two, and one to spare. */
export const SETTLE_MS = 3_000;
/**
 * Below so many bits a pixel H.264 at lowest delay starts to look wrong; the node's own ladder
 * steps down there. A picture that moves takes at least this.
 */
const USUAL_BITS_PER_PIXEL = 0.03;
/** -54 dB: more than the noise of a silent title, less than the quietest that anybody would hear. */
const HEARD_PEAK = 0.002;
/** An answer this late is to something else. */
const ANSWER_MAX_MS = 1_000;
/** Frames under way as the watch ends are neither declared nor missing. */
const END_MARGIN_FRAMES = 6;

export type SeenPicture = {
  atMs: number;
  width: number;
  height: number;
  /** Differs from the one before. */
  isNew: boolean;
  decodeMs: number;
  /** What the test card says of itself, where this is one. */
  flips: number | undefined;
  /** A number that stands in the picture because somebody asked for it. */
  nonce?: number | undefined;
};

export type WatchedTitle = { size: TitleSize; fps: number };

type Second = { atMs: number; wire: WireCount; bytes: number };

export interface Watch {
  /** Undefined until the picture has settled. */
  readonly settledAtMs: number | undefined;
  readonly firstPictureAtMs: number | undefined;
  handleWire(packet: { kind: "audio" | "video" | "other"; sequence: number; bytes: number }): void;
  /** A packet of the frame with this timestamp came, with so much of it. */
  handleFramePacket(timestamp: number, payloadBytes?: number): void;
  handlePicture(picture: SeenPicture): void;
  handleMark(mark: WireFrameMark): void;
  handleSound(peak: number): void;
  /** Of a ping that the session answers. */
  handleRoundTrip(ms: number): void;
  /** Of an ICE binding, which the media port answers. */
  handleBinding(ms: number): void;
  /** A key was pressed that the test card answers. */
  handlePress(atMs: number): void;
  /** The node was asked to show this. */
  handleChallenge(nonce: number, atMs: number): void;
  /** True while a press has not been answered, and may be yet. */
  awaitsAnswer(nowMs: number): boolean;
  /** The second since the last call, as a player tells it; undefined before there is a picture. */
  sample(nowMs: number): PlayerSample | undefined;
  observe(endMs: number): PlayedObservation;
}

export function createWatch(tappedAtMs: number, title: WatchedTitle): Watch {
  let wire = NOTHING_HEARD;
  let bytes = 0;
  let start: Second | undefined;
  let last: Second & { pictures: number } = { atMs: tappedAtMs, wire, bytes, pictures: 0 };
  let firstPictureAtMs: number | undefined;
  const pictures: SeenPicture[] = [];
  /** Bytes by RTP timestamp, in the order in which they came. */
  const received = new Map<number, number>();
  const declared = new Map<number, number>();
  const roundTripsMs: number[] = [];
  const bindingsMs: number[] = [];
  const answersMs: number[] = [];
  let heard = false;
  let asked: readonly AskedNonce[] = [];
  let flips: number | undefined;
  let pressed: { atMs: number } | undefined;

  const settledAt = () => (firstPictureAtMs === undefined ? undefined : firstPictureAtMs + SETTLE_MS);

  return {
    get settledAtMs() {
      return start?.atMs;
    },
    get firstPictureAtMs() {
      return firstPictureAtMs;
    },
    handleWire(packet) {
      bytes += packet.bytes;
      if (packet.kind === "video") wire = countPacket(wire, packet.sequence);
    },
    handleFramePacket(timestamp, payloadBytes = 0) {
      if (start) received.set(timestamp, (received.get(timestamp) ?? 0) + payloadBytes);
    },
    handlePicture(picture) {
      firstPictureAtMs ??= picture.atMs;
      if (!start && picture.atMs >= (settledAt() ?? Infinity)) start = { atMs: picture.atMs, wire, bytes };
      pictures.push(picture);
      if (picture.nonce !== undefined) asked = seeNonce(asked, picture.nonce, picture.atMs);
      if (picture.flips === undefined) return;
      if (pressed && flips !== undefined && picture.flips !== flips) {
        const answerMs = picture.atMs - pressed.atMs;
        if (answerMs <= ANSWER_MAX_MS) answersMs.push(answerMs);
        pressed = undefined;
      }
      flips = picture.flips;
    },
    handleChallenge(nonce, atMs) {
      asked = [...asked, { nonce, askedAtMs: atMs }];
    },
    handleMark({ rtpTimestamp, payloadBytes }) {
      if (start) declared.set(rtpTimestamp, payloadBytes);
    },
    handleSound(peak) {
      heard ||= peak >= HEARD_PEAK;
    },
    handleRoundTrip(ms) {
      roundTripsMs.push(ms);
    },
    handleBinding(ms) {
      bindingsMs.push(ms);
    },
    handlePress(atMs) {
      pressed = { atMs };
    },
    awaitsAnswer: (nowMs) => pressed !== undefined && nowMs - pressed.atMs < ANSWER_MAX_MS,

    sample(nowMs) {
      const durationMs = nowMs - last.atMs;
      const latest = pictures.at(-1);
      if (!latest || durationMs < 100) return undefined;
      const since = pictures.slice(last.pictures);
      const { sent, lost } = lostBetween(last.wire, wire);
      const frozen = freezesIn(since.map(({ atMs }) => atMs), nowMs);
      const roundTripMs = roundTripsMs.at(-1);
      const told: PlayerSample = {
        durationMs: Math.min(10_000, durationMs),
        width: latest.width,
        height: latest.height,
        framesShown: since.length,
        framesDropped: 0,
        receivedKbps: ((bytes - last.bytes) * 8) / durationMs,
        packetsLost: lost,
        lossShare: sent > 0 ? lost / sent : 0,
        ...(roundTripMs === undefined ? {} : { roundTripMs }),
        decodeMs: median(since.map(({ decodeMs }) => decodeMs)),
        freezes: frozen.count,
        freezeMs: Math.min(60_000, frozen.totalMs),
        audioGapMs: 0,
      };
      last = { atMs: nowMs, wire, bytes, pictures: pictures.length };
      return told;
    },

    observe(endMs) {
      const begun = start ?? { atMs: endMs, wire, bytes };
      const watchedMs = endMs - begun.atMs;
      const watched = pictures.filter(({ atMs }) => atMs > begun.atMs && atMs <= endMs);
      const fresh = watched.filter(({ isNew }) => isNew).map(({ atMs }) => atMs);
      const { sent, lost } = lostBetween(begun.wire, wire);
      const answerP95Ms = quantile(answersMs, 0.95);
      const { width = 0, height = 0 } = watched.at(-1) ?? {};
      return {
        kind: "simulated-player",
        ...(firstPictureAtMs === undefined ? {} : { startupMs: firstPictureAtMs - tappedAtMs }),
        watchedMs,
        titleFps: title.fps,
        titleWidth: title.size.width,
        titleHeight: title.size.height,
        distinctFps: watchedMs > 0 ? (fresh.length * 1_000) / watchedMs : 0,
        freezeMs: freezesIn([begun.atMs, ...fresh], endMs).totalMs,
        width,
        height,
        receivedKbps: watchedMs > 0 ? ((bytes - begun.bytes) * 8) / watchedMs : 0,
        usualKbps: (USUAL_BITS_PER_PIXEL * title.size.width * title.size.height * title.fps) / 1_000,
        ...summariseNonces(asked),
        ...frameTruth(declared, received),
        roundTripMs: median(roundTripsMs),
        ...leastOf(roundTripsMs, bindingsMs),
        lossShare: sent > 0 ? lost / sent : 0,
        ...(answerP95Ms === undefined ? {} : { clickToPhotonP95Ms: answerP95Ms }),
        soundHeard: heard,
        // Known only to who has several paths: one play has one.
        otherPathsLossShare: 0,
      };
    },
  };
}

/** A queue or a busy thread delays some of them, and hardly ever all. */
const TRIPS_MIN = 5;

function leastOf(answersMs: readonly number[], bindingsMs: readonly number[]): Pick<PlayedObservation, "bindingMsLeast" | "answerMsLeast"> {
  if (Math.min(answersMs.length, bindingsMs.length) < TRIPS_MIN) return {};
  return { bindingMsLeast: Math.min(...bindingsMs), answerMsLeast: Math.min(...answersMs) };
}

/**
 * Frames that the node's marks tell of, and those of which anything came. Held against each other
 * by timestamp, and without those at either end, whose other half was not watched.
 */
export function frameTruth(
  declared: ReadonlyMap<number, number>, received: ReadonlyMap<number, number>,
): Pick<PlayedObservation, "framesDeclared" | "framesReceived" | "bytesDeclared" | "bytesReceived"> {
  const timestamps = [...received.keys()];
  const [first] = timestamps;
  const end = timestamps.slice(0, Math.max(0, received.size - END_MARGIN_FRAMES)).at(-1);
  if (first === undefined || end === undefined) return { framesDeclared: declared.size, framesReceived: received.size };
  const within = (frames: ReadonlyMap<number, number>) =>
    [...frames].filter(([timestamp]) => ((timestamp - first) | 0) >= 0 && ((timestamp - end) | 0) <= 0).map(([, bytes]) => bytes);
  const sum = (bytes: readonly number[]) => bytes.reduce((all, each) => all + each, 0);
  const [told, came] = [within(declared), within(received)];
  return { framesDeclared: told.length, framesReceived: came.length, bytesDeclared: sum(told), bytesReceived: sum(came) };
}
