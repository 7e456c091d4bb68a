import type { WireFrameMark } from "@nearframe/shared/media/frame-mark";
import { describe, expect, test } from "vitest";
import type { ShownFrame } from "./frame-clock.ts";
import {
  ANSWER_MAX_MS, frameShown, FRAMES_KEPT, INPUTS_KEPT, inputSent, markArrived, MARKS_KEPT, NO_LATENCY, summarize,
  type LatencyState,
} from "./latency.ts";

/** The node's clock is 5000 ms ahead of the page's. */
const OFFSET = { nodeMinusPlayerMs: 5_000, roundTripMs: 10 };

function mark(rtpTimestamp: number, more: Partial<WireFrameMark> = {}): WireFrameMark {
  return {
    rtpTimestamp, frameIndex: 0, keyframe: false, changed: true, inputSeq: 0, inputAppliedAtMs: 0,
    capturedAtMs: 0, captureWaitMs: 0.5, encodeMs: 3, sendMs: 0.5, payloadBytes: 1_000, ...more,
  };
}

function frame(rtpTimestamp: number, visibleAtMs: number, more: Partial<ShownFrame> = {}): ShownFrame {
  return {
    rtpTimestamp, receivedAtMs: visibleAtMs - 8, decodeMs: 2, presentedAtMs: visibleAtMs - 4, visibleAtMs,
    framesPresented: 1, width: 1280, height: 720, ...more,
  };
}

const pressed = (seq: number, madeAtMs: number) => ({ seq, madeAtMs, sentAtMs: madeAtMs + 0.2 });

/** A key at 100 ms, applied at 106, drawn and captured at 115, on the screen at 130. */
function oneKey(state: LatencyState = NO_LATENCY): LatencyState {
  const sent = inputSent(state, pressed(7, 100));
  return markArrived(sent, mark(9_000, { inputSeq: 7, inputAppliedAtMs: 5_106, capturedAtMs: 5_115 }), OFFSET);
}

test("an input is timed from its event to the frame that first shows it, stage by stage", () => {
  const { samples, inputs } = frameShown(oneKey(), frame(9_000, 130), OFFSET);
  expect(inputs).toEqual([]);
  expect(samples).toEqual([
    {
      seq: 7, shownAtMs: 130, clickToPhotonMs: 30,
      uplinkMs: 6, drawMs: 8.5, captureMs: 0.5, encodeMs: 3, sendMs: 0.5,
      networkMs: 3.5, bufferMs: 2, decodeMs: 2, presentMs: 4,
    },
  ]);
  const [sample] = samples;
  const sum = 6 + 8.5 + 0.5 + 3 + 0.5 + 3.5 + 2 + 2 + 4;
  expect(sample?.clickToPhotonMs).toBe(sum);
});

test("without the node's clock the whole is known all the same, uplink and downlink are not", () => {
  const { samples } = frameShown(oneKey(), frame(9_000, 130), undefined);
  expect(samples[0]).toMatchObject({ clickToPhotonMs: 30, uplinkMs: undefined, networkMs: undefined, encodeMs: 3 });
});

test("a mark that comes behind its frame is joined when it comes", () => {
  const shown = frameShown(inputSent(NO_LATENCY, pressed(7, 100)), frame(9_000, 130), OFFSET);
  expect(shown.samples).toEqual([]);
  const joined = markArrived(shown, mark(9_000, { inputSeq: 7, inputAppliedAtMs: 5_106, capturedAtMs: 5_115 }), OFFSET);
  expect(joined.samples.map(({ clickToPhotonMs }) => clickToPhotonMs)).toEqual([30]);
});

test("inputs whose frame was never shown are timed to the next one that is", () => {
  const dropped = oneKey();
  const next = markArrived(dropped, mark(10_500, { inputSeq: 7, inputAppliedAtMs: 5_106, capturedAtMs: 5_130 }), OFFSET);
  expect(frameShown(next, frame(10_500, 147), OFFSET).samples.map(({ clickToPhotonMs }) => clickToPhotonMs)).toEqual([47]);
});

test("a later frame with the same last input times nothing twice", () => {
  const once = frameShown(oneKey(), frame(9_000, 130), OFFSET);
  const twice = frameShown(markArrived(once, mark(10_500, { inputSeq: 7 }), OFFSET), frame(10_500, 147), OFFSET);
  expect(twice.samples).toHaveLength(1);
});

test("several inputs before one frame are each timed to it", () => {
  let state = NO_LATENCY;
  for (const [seq, atMs] of [[1, 100], [2, 104], [4, 108]] as const) state = inputSent(state, pressed(seq, atMs));
  state = markArrived(state, mark(9_000, { inputSeq: 3, inputAppliedAtMs: 5_110, capturedAtMs: 5_112 }), OFFSET);
  state = frameShown(state, frame(9_000, 130), OFFSET);
  expect(state.samples.map(({ seq, clickToPhotonMs }) => [seq, clickToPhotonMs])).toEqual([[1, 30], [2, 26]]);
  expect(state.inputs.map(({ seq }) => seq)).toEqual([4]);
});

describe("inputs that draw nothing", () => {
  test("are settled by a repeat of the same picture, and not counted as slow", () => {
    let state = inputSent(NO_LATENCY, pressed(7, 100));
    state = markArrived(state, mark(9_000, { inputSeq: 7, changed: false, inputAppliedAtMs: 5_106, capturedAtMs: 5_900 }), OFFSET);
    state = frameShown(state, frame(9_000, 910), OFFSET);
    expect(state).toMatchObject({ samples: [], inputs: [], inputsWithoutPicture: 1 });
  });

  test("are not blamed on a change that comes much later", () => {
    let state = inputSent(NO_LATENCY, pressed(7, 100));
    const late = mark(9_000, { inputSeq: 7, inputAppliedAtMs: 5_106, capturedAtMs: 5_106 + ANSWER_MAX_MS + 1 });
    state = frameShown(markArrived(state, late, OFFSET), frame(9_000, 400), OFFSET);
    expect(state).toMatchObject({ samples: [], inputsWithoutPicture: 1 });
  });
});

test("sequence numbers and timestamps may wrap", () => {
  let state: LatencyState = { ...NO_LATENCY, shownSeq: 0xffff_fffe };
  state = inputSent(state, pressed(0xffff_ffff, 100));
  state = inputSent(state, pressed(1, 104));
  state = markArrived(state, mark(0xffff_ff00, { inputSeq: 0xffff_ffff, inputAppliedAtMs: 5_102, capturedAtMs: 5_103 }), OFFSET);
  state = markArrived(state, mark(0x0000_0400, { inputSeq: 1, inputAppliedAtMs: 5_106, capturedAtMs: 5_107 }), OFFSET);
  state = frameShown(state, frame(0x0000_0400, 130), OFFSET);
  expect(state.samples.map(({ clickToPhotonMs }) => clickToPhotonMs)).toEqual([30, 26]);
  expect(state.marks).toEqual([]);
});

test("nothing grows without bound when frames are never shown, or marks never come", () => {
  let state = NO_LATENCY;
  for (let i = 0; i < 2_000; i++) {
    state = inputSent(state, pressed(i + 1, i));
    state = markArrived(state, mark(i), OFFSET);
    state = frameShown(state, frame(1_000_000 + i, i), OFFSET);
  }
  expect(state.inputs).toHaveLength(INPUTS_KEPT);
  expect(state.marks).toHaveLength(MARKS_KEPT);
  expect(state.frames).toHaveLength(FRAMES_KEPT);
});

test("frames of browsers that tell no timestamp are not kept", () => {
  const { frames } = frameShown(NO_LATENCY, frame(1, 10, { rtpTimestamp: undefined }), OFFSET);
  expect(frames).toEqual([]);
});

test("a summary says quantiles that were measured, over the recent samples only", () => {
  const base = frameShown(oneKey(), frame(9_000, 130), OFFSET).samples[0]!;
  const samples = Array.from({ length: 100 }, (_, i) => ({ ...base, shownAtMs: 1_000 + i, clickToPhotonMs: i + 1 }));
  const old = { ...base, shownAtMs: 10, clickToPhotonMs: 9_999 };
  const summary = summarize({ ...NO_LATENCY, samples: [old, ...samples] }, 1_000);
  expect(summary).toMatchObject({ count: 100, p50Ms: 50, p95Ms: 95, p99Ms: 99, stages: { encodeMs: 3 } });
  expect(summarize(NO_LATENCY, 0)).toBeUndefined();
});
