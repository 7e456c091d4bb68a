// From "something was drawn" to packets on the wire, on one thread.
//
//   damage -> pace -> grab -> load -> encode -> send -> mark
//
// Decides when; what is grabbed, how it is coded and where it goes it is given.
// An idle screen is sent again at the floor rate, so that the player's decoder and
// the network's state stay warm, and at once when a keyframe is asked for.

import type { Scope } from "@nearframe/shared/lifetime";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { showsPicture } from "./capture/first-picture.ts";
import type { FrameSource, Pixels } from "./capture/ports.ts";
import type { AccessUnit, VideoEncoder } from "./encode/ports.ts";
import type { FrameMark, VideoTarget } from "./ports.ts";
import { measureFrame, measuredFps, startFrameRate } from "./timing/frame-rate.ts";
import { type Keyframes, keyframeDue, keyframeSent, noKeyframes, requestKeyframe } from "./timing/keyframes.ts";
import { askForNonce, nonceDue, noNonces, nonceShown } from "./timing/nonce.ts";
import { idlePacer, pace } from "./timing/pacer.ts";

/** An idle screen is sent again this often. */
export const FLOOR_INTERVAL_MS = 250;
/**
 * The player's page takes the first frame after the word that the title has drawn, which comes by way of the server. A
 * title that then stands still is sent once more when that word is there.
 */
const FIRST_PICTURE_AGAIN_MS = 60;
/** When to look again at a screen that came to rest, for a change that nothing told of (`FrameSource.exact`). */
const SETTLE_MS = 50;
/** A title answers an input within this, or by its next regular frame. */
const ANSWER_MS = 50;
const CLOCK_PER_MS = 90;

export type InputAtCapture = Pick<FrameMark, "inputSeq" | "inputAppliedAtMs">;

export type VideoStreamParts = {
  source: FrameSource;
  encoder: VideoEncoder;
  /** Sends one frame and returns its payload's bytes. The unit is the encoder's own until this returns. */
  send(unit: AccessUnit, frame: { timestamp: number; capturedAtMs: number }): number;
  /** Read right before the pixels are. */
  readInput(): InputAtCapture;
  nowMs(): number;
  size: TitleSize;
  target: VideoTarget;
  /** Where RTP timestamps start; random on the wire. */
  timestampOffset: number;
  onFrame(mark: FrameMark): void;
  onFirstPicture(): void;
};

type TimerName = "take" | "keyframe" | "settle" | "floor" | "nonce";
type Capture = InputAtCapture & { damagedAtMs: number; capturedAtMs: number };

export class VideoStream {
  readonly #parts: VideoStreamParts;
  readonly #scope: Scope;
  #target: VideoTarget;
  #pacer = idlePacer;
  #rate;
  #keyframes: Keyframes = noKeyframes;
  #nonces = noNonces;
  /** The last frame had a number over it. */
  #overlaid = false;
  #damagedAtMs: number | undefined;
  #grabbing = false;
  /** What the encoder holds; undefined until the first grab. */
  #loaded: Capture | undefined;
  /** The last input for which a frame was taken out of turn. */
  #answeredSeq = 0;
  #lastEncodedAtMs = 0;
  #lastPts90k = 0;
  #frameIndex = 0;
  #pictureSeen = false;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();

  constructor(parts: VideoStreamParts, scope: Scope) {
    this.#parts = parts;
    this.#scope = scope;
    this.#target = parts.target;
    this.#rate = startFrameRate(parts.target.fps);
    scope.own(this.#timers, (timers) => timers.forEach((timer) => clearTimeout(timer)));
  }

  /** Takes the first frame, whatever the screen shows. */
  start(): void {
    this.damaged();
  }

  /** Something was drawn since the last grab. */
  damaged(): void {
    this.#damagedAtMs ??= this.#parts.nowMs();
    this.#disarm("settle");
    this.#take();
  }

  requestKeyframe(): void {
    this.#keyframes = requestKeyframe(this.#keyframes, this.#parts.nowMs());
    this.#awaitKeyframe();
  }

  /** The picture shows this from the next frame on, for a moment. */
  showNonce(nonce: number): void {
    const nowMs = this.#parts.nowMs();
    const asked = askForNonce(this.#nonces, nonce, nowMs);
    if (asked === this.#nonces) return;
    this.#nonces = asked;
    // A title that draws takes it along; a screen at rest is sent again for it, and once more without it.
    const framesMs = (2 * 1000) / this.#target.fps;
    this.#arm("nonce", Math.max(0, this.#lastEncodedAtMs + framesMs - nowMs), () => {
      if (!this.#nonces.shown) this.#repeat();
      this.#arm("nonce", Math.max(0, this.#nonces.untilMs - this.#parts.nowMs()) + framesMs, () => this.#overlaid && this.#repeat());
    });
  }

  setTarget(target: VideoTarget): void {
    const { encoder, size } = this.#parts;
    const [before, after] = [this.#target.size ?? size, target.size ?? size];
    this.#target = target;
    if (before.width !== after.width || before.height !== after.height) encoder.setSize(after);
    encoder.setRate({ bitrateKbps: target.bitrateKbps, fps: measuredFps(this.#rate, target.fps) });
    // What was drawn while it was held is waiting, the newest of it.
    this.#take();
  }

  #take(): void {
    if (this.#grabbing || this.#target.hold || this.#damagedAtMs === undefined || this.#timers.has("take")) return;
    const { inputSeq, inputAppliedAtMs } = this.#parts.readInput();
    const nowMs = this.#parts.nowMs();
    // Also after a regular frame, which the title may have drawn between the input and its answer.
    const isAnswer = inputSeq !== this.#answeredSeq && nowMs - inputAppliedAtMs <= ANSWER_MS;
    const decision = pace(this.#pacer, this.#target.fps, nowMs, isAnswer);
    if (!decision.take) return this.#arm("take", decision.waitMs, () => this.#take());
    if (decision.outOfTurn) this.#answeredSeq = inputSeq;
    this.#pacer = decision.pacer;
    this.#grab(this.#damagedAtMs, (capture, pixels) => {
      this.#parts.encoder.load(pixels);
      this.#encode(capture, true);
    });
  }

  #grab(damagedAtMs: number, use: (capture: Capture, pixels: Pixels) => void): void {
    // What is drawn while the parts are being closed, one after the other, is nobody's.
    if (this.#scope.closed) return;
    this.#damagedAtMs = undefined;
    this.#grabbing = true;
    const input = this.#parts.readInput();
    this.#parts.source.grab((pixels) => {
      this.#grabbing = false;
      // A copy that the server was asked for may come after the end.
      if (this.#scope.closed) return;
      use({ ...input, damagedAtMs, capturedAtMs: this.#parts.nowMs() }, pixels);
      this.#lookForPicture(pixels);
      this.#take();
    });
  }

  /** The screen came to rest: was something drawn that nothing told of? */
  #settle(): void {
    if (this.#grabbing || this.#timers.has("take")) return;
    this.#grab(this.#parts.nowMs(), (capture, pixels) => {
      if (this.#parts.encoder.loadIfDifferent(pixels)) this.#encode(capture, true);
    });
  }

  /** Codes and sends what the encoder holds. */
  #encode(capture: Capture, changed: boolean): void {
    const { encoder, nowMs, onFrame, send, timestampOffset } = this.#parts;
    const startedAtMs = nowMs();
    // A repeat is a picture of now: nothing has changed since it was grabbed.
    const shownAtMs = changed ? capture.capturedAtMs : startedAtMs;
    const pts90k = Math.max(Math.round(shownAtMs * CLOCK_PER_MS), this.#lastPts90k + 1);
    if (changed) {
      this.#rate = measureFrame(this.#rate, shownAtMs);
      encoder.setRate({ bitrateKbps: this.#target.bitrateKbps, fps: measuredFps(this.#rate, this.#target.fps) });
    }
    const nonce = nonceDue(this.#nonces, startedAtMs);
    const unit = encoder.encode(pts90k, { keyframe: keyframeDue(this.#keyframes, startedAtMs), nonce });
    const encodedAtMs = nowMs();
    const rtpTimestamp = (pts90k + timestampOffset) % 2 ** 32;
    const payloadBytes = send(unit, { timestamp: rtpTimestamp, capturedAtMs: shownAtMs });

    if (unit.keyframe) this.#keyframes = keyframeSent(startedAtMs);
    this.#overlaid = nonce !== undefined;
    if (this.#overlaid) this.#nonces = nonceShown(this.#nonces);
    this.#loaded = capture;
    this.#lastEncodedAtMs = startedAtMs;
    this.#lastPts90k = pts90k;
    onFrame({
      ...capture,
      rtpTimestamp,
      frameIndex: this.#frameIndex++,
      keyframe: unit.keyframe,
      changed,
      encodedAtMs,
      sentAtMs: nowMs(),
      payloadBytes,
    });
    if (changed && !this.#parts.source.exact) this.#arm("settle", SETTLE_MS, () => this.#settle());
    this.#arm("floor", FLOOR_INTERVAL_MS, () => this.#repeat());
    this.#awaitKeyframe();
  }

  #repeat(): void {
    if (this.#loaded && !this.#scope.closed) this.#encode(this.#loaded, false);
  }

  /** The next frame answers a request; if none comes in time, the last one does, again. */
  #awaitKeyframe(): void {
    const { dueAtMs } = this.#keyframes;
    if (dueAtMs === undefined) return this.#disarm("keyframe");
    const now = this.#parts.nowMs();
    const atMs = Math.max(dueAtMs, this.#lastEncodedAtMs + 1000 / this.#target.fps);
    if (atMs <= now) this.#repeat();
    else this.#arm("keyframe", atMs - now, () => this.#awaitKeyframe());
  }

  #lookForPicture(pixels: Pixels): void {
    if (this.#pictureSeen || !showsPicture(pixels, this.#parts.size)) return;
    this.#pictureSeen = true;
    this.#parts.onFirstPicture();
    const wasBlank = this.#frameIndex > 1;
    if (wasBlank) this.#arm("floor", FIRST_PICTURE_AGAIN_MS, () => this.#repeat());
  }

  #arm(name: TimerName, delayMs: number, run: () => void): void {
    this.#disarm(name);
    if (this.#scope.closed) return;
    this.#timers.set(
      name,
      setTimeout(() => {
        this.#timers.delete(name);
        run();
      }, delayMs),
    );
  }

  #disarm(name: TimerName): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
