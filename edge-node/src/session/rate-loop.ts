// Runs the rate controller (`rate/control-rate.ts`) for one session: gathers what it
// hears, and hands the pipeline what it decides, when that changes.

import type { Scope } from "@nearframe/shared/lifetime";
import { readFrameReceipts } from "@nearframe/shared/media/frame-receipts";
import type { Preference } from "@nearframe/shared/protocol/session-control";
import type { StreamLimit } from "@nearframe/shared/qoe/stream-limit";
import type { FrameMark, VideoTarget } from "../media/ports.ts";
import { recoveryDueAtMs } from "../rate/recovery.ts";
import { controlRate, loseSight, startRate } from "../rate/control-rate.ts";
import type { PlayerReport, RateDecision, RateEvent, RateOptions } from "../rate/events.ts";
import type { LinkReport } from "../sfu/ports.ts";

export type RateLoopPorts = {
  /** The node's monotonic clock, the same as in frame marks. */
  nowMs(): number;
  setTarget(target: VideoTarget): void;
  requestKeyframe(): void;
  onLimit(limit: StreamLimit): void;
};

export interface RateLoop {
  handleFrame(mark: FrameMark): void;
  /** Bytes of the channel "receipts". */
  handleReceipts(bytes: Uint8Array): void;
  handleBandwidth(availableKbps: number): void;
  handleLink(report: LinkReport): void;
  handlePlayer(report: PlayerReport): void;
  /** While nobody sees the page, the rate stays as it was. */
  handlePresence(visible: boolean): void;
  /** The player wants no more than this from now on; a player who takes the seat later says it again. */
  handlePreference(preference: Preference): void;
  /** A player took the seat: another link, another start. */
  restart(): void;
  /** The same player's path is back: another link perhaps, but what was asked for still holds. */
  resume(): void;
  /** Nobody is there to hear from; silence is not the link's fault. */
  pause(): void;
  readonly decision: RateDecision;
  /** The same, as a pipeline is told it. */
  readonly target: VideoTarget;
}

const TICK_MS = 50;
const ENCODER_REPORT_MS = 1_000;

export function createRateLoop(options: RateOptions, ports: RateLoopPorts, scope: Scope): RateLoop {
  let wanted = options;
  let [state, decision] = startRate(wanted, ports.nowMs());
  // Hears nothing until the player's first receipt, or a report of frames without one: a browser that can't tell
  // what came is not silent, and is steered by the media server's estimate.
  let running = false;
  let hasReceipts = false;
  let present = false;
  let visible = true;
  let encodeMs: number[] = [];
  let sendMs: number[] = [];
  let encoderReportedAtMs = ports.nowMs();
  let recoveryTimer: NodeJS.Timeout | undefined;

  function decide(next: RateDecision): void {
    const before = decision;
    decision = next;
    if (next.keyframe) ports.requestKeyframe();
    if (next.limit !== before.limit) ports.onLimit(next.limit);
    if (
      next.bitrateKbps !== before.bitrateKbps || next.fps !== before.fps ||
      next.hold !== before.hold || next.size.ratio !== before.size.ratio
    ) {
      ports.setTarget(targetOf(next));
    }
  }

  function hear(event: RateEvent): void {
    if (!running || scope.closed) return;
    const [next, decided] = controlRate(state, event, ports.nowMs());
    state = next;
    decide(decided);
    clearTimeout(recoveryTimer);
    const dueAtMs = recoveryDueAtMs(state, ports.nowMs());
    if (dueAtMs !== undefined) recoveryTimer = setTimeout(hear, Math.ceil(dueAtMs - ports.nowMs()), { type: "ticked" });
  }

  /** Frames sent while nobody looks are never told of; those from before must hold up nothing, also not for guests. */
  function forgetSight(): void {
    const [next, decided] = loseSight(state, ports.nowMs());
    state = next;
    running = false;
    decide(decided);
  }

  function begin(): void {
    const [next, decided] = startRate(wanted, ports.nowMs());
    state = next;
    present = true;
    running = false;
    decide(decided);
  }

  function tick(): void {
    hear({ type: "ticked" });
    const nowMs = ports.nowMs();
    if (nowMs - encoderReportedAtMs < ENCODER_REPORT_MS) return;
    encoderReportedAtMs = nowMs;
    // One frame at a time, encoded as it is taken: nothing waits for the encoder. What waits behind it
    // would make the calls that send take longer.
    const report = { encodeMs: percentile95(encodeMs), backlogFrames: 0, pacerQueueMs: percentile95(sendMs) };
    const drew = encodeMs.length > 0;
    [encodeMs, sendMs] = [[], []];
    if (drew) hear({ type: "encoder-reported", report });
  }

  scope.own(undefined, () => clearTimeout(recoveryTimer));
  const timer = scope.own(setInterval(tick, TICK_MS), clearInterval);
  timer.unref();

  return {
    handleFrame(mark) {
      if (mark.changed) encodeMs.push(mark.encodedAtMs - mark.capturedAtMs);
      sendMs.push(mark.sentAtMs - mark.encodedAtMs);
      hear({
        type: "frame-sent",
        frame: { rtpTimestamp: mark.rtpTimestamp, bytes: mark.payloadBytes, keyframe: mark.keyframe },
      });
    },
    handleReceipts(bytes) {
      const frames = readFrameReceipts(bytes);
      if (!frames) return;
      hasReceipts = true;
      if (present && visible) running = true;
      hear({ type: "frames-received", frames });
    },
    handleBandwidth: (availableKbps) => hear({ type: "bandwidth-estimated", availableKbps }),
    handleLink: ({ lossShare, roundTripMs }) => hear({ type: "loss-reported", lossFraction: lossShare, roundTripMs }),
    handlePlayer(report) {
      if (present && visible && !hasReceipts && report.framesReceived > 0) running = true;
      hear({ type: "player-reported", report });
    },
    handlePresence(seen) {
      visible = seen;
      forgetSight();
    },
    handlePreference(preference) {
      wanted = preferring(options, preference);
      const [next, decided] = startRate(wanted, ports.nowMs());
      state = next;
      decide(decided);
    },
    restart() {
      wanted = options;
      visible = true;
      hasReceipts = false;
      begin();
    },
    resume: begin,
    pause() {
      present = false;
      forgetSight();
    },
    get decision() {
      return decision;
    },
    get target() {
      return targetOf(decision);
    },
  };
}

function preferring(options: RateOptions, { maxHeight, maxFps, maxKbps }: Preference): RateOptions {
  const maximum = Math.min(options.maxKbps, maxKbps ?? Infinity);
  return {
    ...options,
    maxKbps: maximum,
    minKbps: Math.min(options.minKbps, maximum),
    startKbps: Math.min(options.startKbps, maximum),
    preferred: { maxHeight: maxHeight ?? Infinity, maxFps: maxFps ?? Infinity },
  };
}

/** Nearest rank. */
function percentile95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? 0;
}

function targetOf({ bitrateKbps, fps, size, hold }: RateDecision): VideoTarget {
  return { bitrateKbps, fps, size: { width: size.width, height: size.height }, hold };
}
