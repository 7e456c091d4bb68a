// Cuts a stream of PCM into frames with timestamps. Pure: bytes and now go in.
//
// The sound server delivers at the pace of the same machine's clock, so counting
// samples keeps time; only a pause (nothing plays, the sink sleeps) or a backlog
// (this thread was held up) makes the count leave the clock, and then it is set
// right by one jump, which a player's jitter buffer takes as silence.

import { AUDIO_CLOCK_RATE } from "@nearframe/shared/media/profile";

/** 10 ms: 5 ms saves little and costs a fifth more packets' overhead. */
export const FRAME_SAMPLES = AUDIO_CLOCK_RATE / 100;
const BYTES_PER_SAMPLE = 4;
const FRAME_BYTES = FRAME_SAMPLES * BYTES_PER_SAMPLE;
const FRAME_MS = 10;

/** More than this waiting is old sound; the newest is kept. */
export const BACKLOG_FRAMES_MAX = 6;
const BACKLOG_FRAMES_KEPT = 2;
/** The count may leave the clock by this much: a server delivers in bursts. */
export const DRIFT_MS_MAX = 60;

export type SoundFrame = {
  pcm: Buffer;
  /** In samples, from wherever the first frame lies. */
  timestamp: number;
  capturedAtMs: number;
  /** The first frame, or one after a jump in time. */
  afterGap: boolean;
};

export class SoundFrames {
  #rest: Buffer = Buffer.alloc(0);
  /** Where timestamp 0 lies on the clock. */
  #startedAtMs: number | undefined;
  #nextTimestamp = 0;
  #afterGap = true;

  push(pcm: Buffer, nowMs: number): SoundFrame[] {
    let bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, pcm]) : pcm;
    const waiting = Math.floor(bytes.length / FRAME_BYTES);
    if (waiting > BACKLOG_FRAMES_MAX) {
      const dropped = waiting - BACKLOG_FRAMES_KEPT;
      bytes = bytes.subarray(dropped * FRAME_BYTES);
      this.#nextTimestamp += dropped * FRAME_SAMPLES;
      this.#afterGap = true;
    }
    const count = Math.floor(bytes.length / FRAME_BYTES);
    this.#followClock(nowMs - count * FRAME_MS);
    const frames: SoundFrame[] = [];
    for (let index = 0; index < count; index++) {
      frames.push({
        pcm: bytes.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES),
        timestamp: this.#nextTimestamp,
        capturedAtMs: nowMs - (count - index) * FRAME_MS,
        afterGap: this.#afterGap,
      });
      this.#nextTimestamp += FRAME_SAMPLES;
      this.#afterGap = false;
    }
    // A copy, so that a few bytes do not hold on to the whole chunk.
    this.#rest = Buffer.from(bytes.subarray(count * FRAME_BYTES));
    return frames;
  }

  /** `startMs`: when the first sample that waits now was played. */
  #followClock(startMs: number): void {
    this.#startedAtMs ??= startMs;
    const clockTimestamp = Math.round(((startMs - this.#startedAtMs) * AUDIO_CLOCK_RATE) / 1000);
    const behindMs = ((clockTimestamp - this.#nextTimestamp) * 1000) / AUDIO_CLOCK_RATE;
    if (behindMs > DRIFT_MS_MAX) {
      this.#nextTimestamp = clockTimestamp;
      this.#afterGap = true;
    }
  }
}
