import { expect, test } from "vitest";
import { readFrameReceipts, RECEIPTS_MAX, writeFrameReceipts } from "./frame-receipts.ts";

const RECEIPTS = [
  { rtpTimestamp: 0xffff_fff0, receivedAtMs: 5_000.5 },
  { rtpTimestamp: 1, receivedAtMs: 4_983.75 },
];
/** Golden: a change here is a change to the protocol. */
const HEX = "0102000000008088b340f0ffffff0000010000004f01";

test("are written and read as agreed", () => {
  expect(Buffer.from(writeFrameReceipts(RECEIPTS)).toString("hex")).toBe(HEX);
  expect(readFrameReceipts(Buffer.from(HEX, "hex"))).toEqual(RECEIPTS);
});

test("only the newest are told, and an age stops at the largest the field holds", () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ rtpTimestamp: i, receivedAtMs: 100_000 - i * 1_000 }));
  const read = readFrameReceipts(writeFrameReceipts(many));
  expect(read).toHaveLength(RECEIPTS_MAX);
  expect(read?.at(-1)?.receivedAtMs).toBe(100_000 - 3_276.75);
});

test("bytes that no writer makes are not read", () => {
  const bytes = Buffer.from(HEX, "hex");
  const changed = (at: number, value: number) => Uint8Array.from(bytes, (byte, i) => (i === at ? value : byte));
  for (const bad of [bytes.subarray(1), bytes.subarray(0, -1), changed(0, 2), changed(1, 0), changed(1, 9), new Uint8Array()]) {
    expect(readFrameReceipts(bad)).toBeUndefined();
  }
  expect(readFrameReceipts(Uint8Array.from(bytes, (byte, i) => (i >= 2 && i < 10 ? 0xff : byte)))).toBeUndefined();
});
