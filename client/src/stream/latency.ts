// Click to photon: joins the inputs that left, the node's marks and the frames that
// were shown. Pure; nothing in it asks two clocks to agree, except the split of the
// way into uplink and downlink.
//
//   input seq ──▶ made/sent at            (player)
//   frame mark ─▶ rtpTimestamp, inputSeq  (node)
//   shown frame ▶ rtpTimestamp, visible at (player)

import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import { isNewer } from "@nearframe/shared/input/messages";
import type { ClockOffset } from "./clock-offset.ts";
import type { ShownFrame } from "./frame-clock.ts";

export type SentInput = {
  seq: number;
  /** The browser's own time of the event. */
  madeAtMs: number;
  sentAtMs: number;
};

/** The way of one input to the eye, in milliseconds. Stages that can't be told yet are undefined. */
export type LatencySample = {
  seq: number;
  shownAtMs: number;
  clickToPhotonMs: number;
  /** From the event to the node having applied it. */
  uplinkMs: number | undefined;
  /** From applied to drawn by the title, as the display server told. */
  drawMs: number;
  captureMs: number;
  encodeMs: number;
  sendMs: number;
  networkMs: number | undefined;
  /** Waiting to be decoded, and decoding. */
  bufferMs: number | undefined;
  decodeMs: number | undefined;
  presentMs: number;
};

export type LatencyState = {
  inputs: readonly SentInput[];
  marks: readonly WireFrameMark[];
  /** Shown before their mark came: the mark's channel promises no order against the media. */
  frames: readonly ShownFrame[];
  /** The last input that some shown frame was made after. */
  shownSeq: number | undefined;
  samples: readonly LatencySample[];
  /** Inputs that the node applied and that drew nothing: no latency to speak of. */
  inputsWithoutPicture: number;
};

export const NO_LATENCY: LatencyState = {
  inputs: [], marks: [], frames: [], shownSeq: undefined, samples: [], inputsWithoutPicture: 0,
};

/** Two seconds of a 240 Hz mouse; older ones were lost or drew nothing. */
export const INPUTS_KEPT = 512;
/** Marks overtake their frames by at most the jitter buffer: two seconds at 60 fps. */
export const MARKS_KEPT = 128;
/** How far a mark may come behind its frame: a quarter of a second at 60 fps. */
export const FRAMES_KEPT = 16;
/** The window of the figures that are shown. */
export const SAMPLES_KEPT = 600;
/**
 * A change of the picture this long after the input was applied has some other cause:
 * an input that drew nothing, then the title's own animation.
 */
export const ANSWER_MAX_MS = 250;

export function inputSent(state: LatencyState, input: SentInput): LatencyState {
  return { ...state, inputs: [...state.inputs, input].slice(-INPUTS_KEPT) };
}

export function markArrived(state: LatencyState, mark: WireFrameMark, offset: ClockOffset | undefined): LatencyState {
  const frame = state.frames.find(({ rtpTimestamp }) => rtpTimestamp === mark.rtpTimestamp);
  const next = { ...state, marks: [...state.marks, mark].slice(-MARKS_KEPT) };
  return frame ? join(next, mark, frame, offset) : next;
}

export function frameShown(state: LatencyState, frame: ShownFrame, offset: ClockOffset | undefined): LatencyState {
  if (frame.rtpTimestamp === undefined) return state;
  const mark = state.marks.find(({ rtpTimestamp }) => rtpTimestamp === frame.rtpTimestamp);
  if (!mark) return { ...state, frames: [...state.frames, frame].slice(-FRAMES_KEPT) };
  return join(state, mark, frame, offset);
}

function join(
  state: LatencyState,
  mark: WireFrameMark,
  frame: ShownFrame,
  offset: ClockOffset | undefined,
): LatencyState {
  const after = ({ rtpTimestamp }: WireFrameMark) => isNewer(rtpTimestamp, mark.rtpTimestamp);
  // Frames between the last one shown and this one were dropped: what they answered is seen only now.
  const drawn = state.marks.some((each) => each.changed && !after(each));
  const next = {
    ...state,
    marks: state.marks.filter(after),
    frames: state.frames.filter((each) => each !== frame),
  };
  if (mark.inputSeq === 0 || (state.shownSeq !== undefined && !isNewer(mark.inputSeq, state.shownSeq))) return next;

  const applied = state.inputs.filter(({ seq }) => !isNewer(seq, mark.inputSeq));
  const inputs = state.inputs.filter(({ seq }) => isNewer(seq, mark.inputSeq));
  const settled = { ...next, inputs, shownSeq: mark.inputSeq };
  if (!drawn || mark.capturedAtMs - mark.inputAppliedAtMs > ANSWER_MAX_MS) {
    return { ...settled, inputsWithoutPicture: state.inputsWithoutPicture + applied.length };
  }
  // The node tells when the last one was applied; earlier ones in the same frame have waited longer.
  const samples = applied.map((input) => sample(input, mark, frame, offset));
  return { ...settled, samples: [...state.samples, ...samples].slice(-SAMPLES_KEPT) };
}

function sample(
  input: SentInput,
  mark: WireFrameMark,
  frame: ShownFrame,
  offset: ClockOffset | undefined,
): LatencySample {
  const atPlayerMs = (nodeMs: number) => (offset ? nodeMs - offset.nodeMinusPlayerMs : undefined);
  const appliedAtMs = atPlayerMs(mark.inputAppliedAtMs);
  const sentAtMs = atPlayerMs(mark.capturedAtMs + mark.encodeMs + mark.sendMs);
  const { receivedAtMs, decodeMs, presentedAtMs, visibleAtMs } = frame;
  return {
    seq: input.seq,
    shownAtMs: visibleAtMs,
    clickToPhotonMs: visibleAtMs - input.madeAtMs,
    uplinkMs: appliedAtMs === undefined ? undefined : Math.max(0, appliedAtMs - input.madeAtMs),
    drawMs: Math.max(0, mark.capturedAtMs - mark.captureWaitMs - mark.inputAppliedAtMs),
    captureMs: mark.captureWaitMs,
    encodeMs: mark.encodeMs,
    sendMs: mark.sendMs,
    networkMs: sentAtMs === undefined || receivedAtMs === undefined ? undefined : Math.max(0, receivedAtMs - sentAtMs),
    bufferMs:
      receivedAtMs === undefined ? undefined : Math.max(0, presentedAtMs - receivedAtMs - (decodeMs ?? 0)),
    decodeMs,
    presentMs: Math.max(0, visibleAtMs - presentedAtMs),
  };
}

export const LATENCY_STAGES = [
  "uplinkMs", "drawMs", "captureMs", "encodeMs", "sendMs", "networkMs", "bufferMs", "decodeMs", "presentMs",
] as const;
export type LatencyStage = (typeof LATENCY_STAGES)[number];

export type LatencySummary = {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** Medians of the stages; they need not add up to the median of the whole. */
  stages: Readonly<Record<LatencyStage, number | undefined>>;
  inputsWithoutPicture: number;
};

/** Figures over the samples shown after `sinceMs`, or undefined while there are none. */
export function summarize(state: LatencyState, sinceMs: number): LatencySummary | undefined {
  const recent = state.samples.filter(({ shownAtMs }) => shownAtMs >= sinceMs);
  if (recent.length === 0) return undefined;
  const totals = sorted(recent.map(({ clickToPhotonMs }) => clickToPhotonMs));
  const stages = Object.fromEntries(
    LATENCY_STAGES.map((stage) => {
      const known = recent.map((each) => each[stage]).filter((value) => value !== undefined);
      return [stage, known.length > 0 ? quantile(sorted(known), 0.5) : undefined];
    }),
  ) as Record<LatencyStage, number | undefined>;
  return {
    count: recent.length,
    p50Ms: quantile(totals, 0.5),
    p95Ms: quantile(totals, 0.95),
    p99Ms: quantile(totals, 0.99),
    stages,
    inputsWithoutPicture: state.inputsWithoutPicture,
  };
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** Nearest rank, so that every figure is one that was measured. */
function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.max(0, Math.ceil(share * ascending.length) - 1))] ?? NaN;
}
