// Frames of a source that codes by itself, on their way out. Decides which are sent and
// when the source is to make other ones; how they are sent it is given.
//
// A frame depends on the one before, so none may be left out: while the link is to be
// spared they wait, and if they wait too long all are dropped up to the next keyframe.

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import type { FrameMark, VideoTarget } from "../ports.ts";
import { keyframeDue, keyframeSent, noKeyframes, requestKeyframe, type Keyframes } from "../timing/keyframes.ts";
import type { InputAtCapture } from "../video-stream.ts";
import { AccessUnits, type Fit } from "./access-units.ts";
import { changeDueAtMs, changeRate, startCoarseRate, wantRate, type CoarseRate, type CodedRate } from "./coarse-rate.ts";
import { placeOnClock, startDeviceClock } from "./device-clock.ts";
import type { CodedPacket, CodedSource, CodedVideo } from "./ports.ts";

/** A quarter of a second at 60 a second; more is old, and better replaced by a keyframe. */
export const HELD_FRAMES_MAX = 15;
/** A source makes a keyframe by starting its encoder anew: asking again sooner would only start it again. */
export const KEYFRAME_WAIT_MS = 1_000;
const CLOCK_PER_MS = 90;
const BASELINE = 66;

export type ForwardedVideoParts = {
  source: CodedSource;
  size: TitleSize;
  target: VideoTarget;
  bitrateKbpsMax: number;
  /** What was applied last, and when. */
  readInput(): InputAtCapture;
  nowMs(): number;
  timestampOffset: number;
  send(data: Buffer, frame: { timestamp: number; capturedAtMs: number }): number;
  onFrame(mark: FrameMark): void;
  onFirstPicture(): void;
  onNotice(text: string): void;
  onGone(error: Error): void;
};

type Stream = { scope: Scope; units: AccessUnits; video: CodedVideo | undefined };
type Waiting = Fit & { capturedAtMs: number; arrivedAtMs: number };

const NO_INPUT: InputAtCapture = { inputSeq: 0, inputAppliedAtMs: 0 };

export class ForwardedVideo {
  readonly #parts: ForwardedVideoParts;
  readonly #scope: Scope;
  #target: VideoTarget;
  #rate: CoarseRate;
  #stream: Stream | undefined;
  /** What is to take over, until its first keyframe. */
  #next: Stream | undefined;
  #clock = startDeviceClock;
  #keyframes: Keyframes = noKeyframes;
  #held: Waiting[] = [];
  /** The chain of frames is broken: nothing but a keyframe can be sent. */
  #needsKeyframe = false;
  #inputs: { latest: InputAtCapture; before: InputAtCapture } = { latest: NO_INPUT, before: NO_INPUT };
  #lastPts90k = 0;
  #frameIndex = 0;
  #shown = false;
  #pictureTold = false;
  #profileTold = false;
  #rateTimer: NodeJS.Timeout | undefined;
  #keyframeTimer: NodeJS.Timeout | undefined;

  constructor(parts: ForwardedVideoParts, scope: Scope) {
    this.#parts = parts;
    this.#scope = scope;
    this.#target = parts.target;
    this.#rate = startCoarseRate(parts.target, parts.bitrateKbpsMax, parts.nowMs());
    scope.own(undefined, () => {
      clearTimeout(this.#rateTimer);
      clearTimeout(this.#keyframeTimer);
    });
  }

  async start(): Promise<void> {
    this.#stream = await this.#open(this.#rate.inUse);
    // A source that shows the title already says nothing more of its own accord.
    void this.#parts.source.shown.then(() => {
      this.#shown = true;
      if (!this.#scope.closed) this.requestKeyframe();
    });
  }

  requestKeyframe(): void {
    // One is on its way: each request more would start the source's encoder anew, and put it off.
    if (this.#keyframes.dueAtMs !== undefined) return;
    this.#keyframes = requestKeyframe(this.#keyframes, this.#parts.nowMs());
    this.#askForKeyframe();
  }

  setTarget(target: VideoTarget): void {
    const nowMs = this.#parts.nowMs();
    this.#target = target;
    this.#rate = wantRate(this.#rate, target, nowMs);
    this.#steer();
    if (!target.hold) this.#letGo();
  }

  #askForKeyframe(): void {
    clearTimeout(this.#keyframeTimer);
    const { dueAtMs } = this.#keyframes;
    if (dueAtMs === undefined || this.#scope.closed) return;
    const nowMs = this.#parts.nowMs();
    if (keyframeDue(this.#keyframes, nowMs)) this.#stream?.video?.requestKeyframe();
    // Asked again while none has come: the request may have been lost with an encoder that was just ending.
    this.#keyframeTimer = setTimeout(() => this.#askForKeyframe(), dueAtMs > nowMs ? dueAtMs - nowMs : KEYFRAME_WAIT_MS);
  }

  #steer(): void {
    clearTimeout(this.#rateTimer);
    if (this.#next || this.#scope.closed) return;
    const nowMs = this.#parts.nowMs();
    const [rate, change] = changeRate(this.#rate, nowMs);
    this.#rate = rate;
    if (change) return void this.#change(change);
    const dueAtMs = changeDueAtMs(rate);
    if (dueAtMs !== undefined) this.#rateTimer = setTimeout(() => this.#steer(), dueAtMs - nowMs + 1);
  }

  async #change(rate: CodedRate): Promise<void> {
    try {
      await this.#open(rate);
    } catch (error) {
      if (this.#scope.closed) return;
      this.#parts.onNotice(`the picture stays at its rate: ${error instanceof Error ? error.message : String(error)}`);
      this.#next = undefined;
      this.#steer();
    }
  }

  /** The first one sends at once; a later one takes over with its first keyframe. */
  async #open({ bitrateKbps, size }: CodedRate): Promise<Stream> {
    const scope = this.#scope.child();
    const stream: Stream = { scope, units: new AccessUnits(), video: undefined };
    if (this.#stream) this.#next = stream;
    try {
      stream.video = await this.#parts.source.openVideo(
        { bitrateKbps, fps: this.#target.fps, size: size ?? this.#parts.size },
        {
          onPacket: (packet) => this.#take(stream, packet),
          onGone: (error) => this.#lose(stream, error),
        },
        scope,
      );
    } catch (error) {
      await scope.close(error);
      throw error;
    }
    return stream;
  }

  #lose(stream: Stream, error: Error): void {
    if (this.#scope.closed || stream.scope.closed) return;
    if (stream !== this.#next) return this.#parts.onGone(error);
    this.#next = undefined;
    this.#parts.onNotice(`the picture stays at its rate: ${error.message}`);
    void stream.scope.close(error);
    this.#steer();
  }

  #take(stream: Stream, packet: CodedPacket): void {
    if (stream.scope.closed) return;
    const arrivedAtMs = this.#parts.nowMs();
    if (packet.kind === "configuration") return stream.units.configure(packet.data);
    const fit = stream.units.fit(packet.data);
    if (stream === this.#next) {
      if (!fit.keyframe) return;
      this.#takeOver(stream);
    }
    this.#tellProfile(stream);
    const [clock, capturedAtMs] = placeOnClock(this.#clock, Number(packet.takenAtUs) / 1000, arrivedAtMs);
    this.#clock = clock;
    this.#pass({ ...fit, capturedAtMs, arrivedAtMs });
  }

  #takeOver(stream: Stream): void {
    const before = this.#stream;
    this.#stream = stream;
    this.#next = undefined;
    this.#held = [];
    this.#needsKeyframe = false;
    void before?.scope.close("replaced").catch((error: Error) => this.#parts.onNotice(error.message));
    this.#steer();
  }

  #pass(frame: Waiting): void {
    if (this.#needsKeyframe && !frame.keyframe) return;
    this.#needsKeyframe = false;
    // Whatever waits is not needed to show a keyframe.
    if (frame.keyframe) this.#held = [];
    if (!this.#target.hold) return this.#send(frame);
    this.#held.push(frame);
    if (this.#held.length <= HELD_FRAMES_MAX) return;
    this.#held = [];
    this.#needsKeyframe = true;
  }

  #letGo(): void {
    for (const frame of this.#held.splice(0)) this.#send(frame);
    if (this.#needsKeyframe) this.requestKeyframe();
  }

  #send({ data, keyframe, capturedAtMs, arrivedAtMs }: Waiting): void {
    const { nowMs, onFrame, onFirstPicture, send, timestampOffset } = this.#parts;
    const pts90k = Math.max(Math.round(capturedAtMs * CLOCK_PER_MS), this.#lastPts90k + 1);
    this.#lastPts90k = pts90k;
    const rtpTimestamp = (pts90k + timestampOffset) % 2 ** 32;
    const payloadBytes = send(data, { timestamp: rtpTimestamp, capturedAtMs });
    if (keyframe) {
      this.#keyframes = keyframeSent(arrivedAtMs);
      clearTimeout(this.#keyframeTimer);
    }
    onFrame({
      ...this.#inputAt(capturedAtMs),
      rtpTimestamp,
      frameIndex: this.#frameIndex++,
      keyframe,
      // The source does not say which frames repeat the one before.
      changed: true,
      damagedAtMs: capturedAtMs,
      capturedAtMs,
      encodedAtMs: arrivedAtMs,
      sentAtMs: nowMs(),
      payloadBytes,
    });
    if (!this.#shown || this.#pictureTold) return;
    this.#pictureTold = true;
    onFirstPicture();
  }

  /** What the title had been given when the picture was taken, as far as that is known. */
  #inputAt(capturedAtMs: number): InputAtCapture {
    const latest = this.#parts.readInput();
    if (latest.inputSeq !== this.#inputs.latest.inputSeq) this.#inputs = { latest, before: this.#inputs.latest };
    return this.#inputs.latest.inputAppliedAtMs <= capturedAtMs ? this.#inputs.latest : this.#inputs.before;
  }

  #tellProfile({ units: { sps } }: Stream): void {
    if (this.#profileTold || !sps) return;
    this.#profileTold = true;
    if (sps.profileIdc !== BASELINE) {
      this.#parts.onNotice(`the device codes H.264 in profile ${sps.profileIdc}; players were promised baseline (${BASELINE}), and some phones decode nothing else`);
    }
  }
}
