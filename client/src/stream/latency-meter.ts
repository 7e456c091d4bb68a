// Keeps the click-to-photon account of one session as it runs: inputs, marks and
// frames come in as they happen, figures go out when asked.

import { readFrameMark } from "@nearframe/shared/media/frame-mark";
import { addClockSample, clockOffset, type ClockOffset, type ClockSample } from "./clock-offset.ts";
import type { ShownFrame } from "./frame-clock.ts";
import { frameShown, inputSent, markArrived, NO_LATENCY, summarize, type LatencySummary, type SentInput } from "./latency.ts";

export interface LatencyMeter {
  handleInput(input: SentInput): void;
  handleMark(bytes: Uint8Array): void;
  handleFrame(frame: ShownFrame): void;
  handlePong(sample: ClockSample): void;
  summary(sinceMs: number): LatencySummary | undefined;
  offset(): ClockOffset | undefined;
  /** A new media path counts input from the start, and may lead to another node, which has another clock. */
  reset(): void;
}

export function createLatencyMeter(): LatencyMeter {
  let state = NO_LATENCY;
  let clock: readonly ClockSample[] = [];
  let offset: ClockOffset | undefined;
  return {
    handleInput: (input) => void (state = inputSent(state, input)),
    handleMark(bytes) {
      const mark = readFrameMark(bytes);
      if (mark) state = markArrived(state, mark, offset);
    },
    handleFrame: (frame) => void (state = frameShown(state, frame, offset)),
    handlePong(sample) {
      clock = addClockSample(clock, sample);
      offset = clockOffset(clock);
    },
    summary: (sinceMs) => summarize(state, sinceMs),
    offset: () => offset,
    reset() {
      state = { ...NO_LATENCY, samples: state.samples };
      clock = [];
      offset = undefined;
    },
  };
}
