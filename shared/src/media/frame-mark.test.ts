import { expect, test } from "vitest";
import { FRAME_MARK_BYTES, readFrameMark, writeFrameMark, type WireFrameMark } from "./frame-mark.ts";

const MARK: WireFrameMark = {
  rtpTimestamp: 0xfedc_ba98, frameIndex: 65_537, keyframe: true, changed: true, inputSeq: 41,
  inputAppliedAtMs: 123_456.75, capturedAtMs: 123_459.5, captureWaitMs: 0.42, encodeMs: 3.61, sendMs: 0.15,
  payloadBytes: 12_345,
};
/** Golden: a change here is a change to the protocol. */
const MARK_HEX = "01032a0098badcfe0100010029000000000000003824fe40000000000c24fe4069010f0039300000";

test("is written and read as agreed", () => {
  expect(Buffer.from(writeFrameMark(MARK)).toString("hex")).toBe(MARK_HEX);
  expect(readFrameMark(Buffer.from(MARK_HEX, "hex"))).toEqual(MARK);
});

test("durations stop at the largest the field holds, and never go below 0", () => {
  const read = readFrameMark(writeFrameMark({ ...MARK, encodeMs: 5_000, captureWaitMs: -1 }));
  expect(read).toMatchObject({ encodeMs: 655.35, captureWaitMs: 0 });
});

test("bytes that are no frame mark are not read", () => {
  const bytes = writeFrameMark(MARK);
  expect(readFrameMark(bytes.subarray(0, FRAME_MARK_BYTES - 1))).toBeUndefined();
  expect(readFrameMark(Uint8Array.from([...bytes, 0]))).toBeUndefined();
  expect(readFrameMark(Uint8Array.from(bytes, (byte, at) => (at === 0 ? 2 : byte)))).toBeUndefined();
  expect(readFrameMark(Uint8Array.from(bytes, (byte, at) => (at === 1 ? 4 : byte)))).toBeUndefined();
  expect(readFrameMark(Uint8Array.from(bytes, (byte, at) => (at >= 16 && at < 24 ? 0xff : byte)))).toBeUndefined();
});
