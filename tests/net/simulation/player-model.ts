// A browser as the node meets it: puts packets together to frames, asks again for
// what is missing (NACK), shows frames in order at its display's rate, asks for a
// keyframe when it can't go on, and tells of each frame that it showed.

import type { ReceivedFrame } from "@nearframe/edge-node/rate/events";
import type { Timeline } from "./timeline.ts";

export type Packet = { seq: number; frame: number; parts: number; part: number; keyframe: boolean; repeat: boolean };

export type PlayerEvents = {
  onNack(seqs: readonly number[]): void;
  onKeyframeNeeded(): void;
  onShown(frame: number, shownAtMs: number): void;
  onNews(frames: readonly ReceivedFrame[]): void;
};

export type PlayerOptions = {
  decodeMs: number;
  /** Of the path, where the browser knows it. */
  roundTripMs: number | undefined;
};

type Assembly = { parts: Set<number>; total: number; keyframe: boolean; completeAtMs: number | undefined };

/** A decoder that keeps up with any rate. */
export const DECODE_MS = 3;
const DISPLAY_MS = 1_000 / 60;
/** Each piece of news tells the last few frames again, for it may get lost. */
const NEWS_FRAMES = 4;
const NACK_TRIES = 10;
/** A browser that knows no round trip asks again after this (libwebrtc's nack_requester.cc, kDefaultRtt). */
const ASK_AGAIN_MS = 100;
/** One that knows it looks this often for what was asked for longer ago than that (kUpdateInterval). */
const LOOK_AGAIN_MS = 20;
/** A picture that can't go on for this long needs a keyframe; asked for at most this often. */
const STUCK_MS = 3_000;
/** The player's clock has nothing to do with the node's. */
const CLOCK_OFFSET_MS = 987_654.3;

export class PlayerModel {
  readonly #timeline: Timeline;
  readonly #events: PlayerEvents;
  readonly #decodeMs: number;
  readonly #askAgainMs: number;
  readonly #frames = new Map<number, Assembly>();
  readonly #missing = new Set<number>();
  readonly #recent: ReceivedFrame[] = [];
  #highestSeq = -1;
  #nextFrame = 0;
  #shownAtMs = 0;
  /** It decodes one frame after the other. */
  #decoderFreeAtMs = 0;
  #keyframeAskedAtMs = -Infinity;
  /** For receiver reports: of the packets that were sent once. */
  expected = 0;
  received = 0;

  constructor(timeline: Timeline, { decodeMs, roundTripMs }: PlayerOptions, events: PlayerEvents) {
    this.#timeline = timeline;
    this.#decodeMs = decodeMs;
    this.#askAgainMs = roundTripMs === undefined ? ASK_AGAIN_MS : Math.ceil(roundTripMs / LOOK_AGAIN_MS) * LOOK_AGAIN_MS + LOOK_AGAIN_MS / 2;
    this.#events = events;
  }

  receive(packet: Packet): void {
    if (!packet.repeat) this.#count(packet.seq);
    this.#missing.delete(packet.seq);
    if (packet.frame < this.#nextFrame) return;
    const assembly = this.#frames.get(packet.frame) ?? {
      parts: new Set(),
      total: packet.parts,
      keyframe: packet.keyframe,
      completeAtMs: undefined,
    };
    this.#frames.set(packet.frame, assembly);
    assembly.parts.add(packet.part);
    if (assembly.parts.size === assembly.total) assembly.completeAtMs ??= this.#timeline.nowMs;
    this.#showWhatCan();
    this.#askIfStuck();
  }

  #count(seq: number): void {
    if (seq <= this.#highestSeq) return;
    const gap: number[] = [];
    for (let missing = this.#highestSeq + 1; missing < seq; missing++) gap.push(missing);
    this.expected += seq - this.#highestSeq;
    this.received += 1;
    this.#highestSeq = seq;
    for (const missing of gap) this.#missing.add(missing);
    if (gap.length > 0) this.#nack(gap, 1);
  }

  #nack(seqs: readonly number[], tries: number): void {
    const still = seqs.filter((seq) => this.#missing.has(seq));
    if (still.length === 0) return;
    if (tries > NACK_TRIES) {
      for (const seq of still) this.#missing.delete(seq);
      return;
    }
    this.#events.onNack(still);
    this.#timeline.at(this.#timeline.nowMs + this.#askAgainMs, () => this.#nack(still, tries + 1));
  }

  #showWhatCan(): void {
    for (;;) {
      const next = this.#frames.get(this.#nextFrame);
      if (next?.completeAtMs !== undefined) this.#show(this.#nextFrame, next.completeAtMs);
      else if (!this.#skipToKeyframe()) return;
    }
  }

  #skipToKeyframe(): boolean {
    for (const [frame, { keyframe, completeAtMs }] of this.#frames) {
      if (!keyframe || completeAtMs === undefined || frame <= this.#nextFrame) continue;
      for (const old of this.#frames.keys()) if (old < frame) this.#frames.delete(old);
      this.#nextFrame = frame;
      return true;
    }
    return false;
  }

  #show(frame: number, completeAtMs: number): void {
    this.#frames.delete(frame);
    this.#nextFrame = frame + 1;
    this.#decoderFreeAtMs = Math.max(this.#timeline.nowMs, this.#decoderFreeAtMs) + this.#decodeMs;
    const readyMs = Math.max(this.#decoderFreeAtMs, this.#shownAtMs);
    this.#shownAtMs = Math.ceil(readyMs / DISPLAY_MS) * DISPLAY_MS;
    this.#events.onShown(frame, this.#shownAtMs);
    this.#recent.push({ rtpTimestamp: frame, receivedAtMs: completeAtMs + CLOCK_OFFSET_MS });
    if (this.#recent.length > NEWS_FRAMES) this.#recent.shift();
    const news = [...this.#recent];
    this.#timeline.at(this.#shownAtMs, () => this.#events.onNews(news));
  }

  #askIfStuck(): void {
    const { nowMs } = this.#timeline;
    const waiting = [...this.#frames.keys()].some((frame) => frame > this.#nextFrame);
    if (!waiting || nowMs - this.#shownAtMs < STUCK_MS || nowMs - this.#keyframeAskedAtMs < STUCK_MS) return;
    this.#keyframeAskedAtMs = nowMs;
    this.#events.onKeyframeNeeded();
  }
}
