// What a player says of the frames that came, beside the media: which, and when. The
// node's rate control sees a queue grow from it within a frame or two.
//
// Little-endian, on the data channel "receipts" (unordered, never sent again); each
// message tells of the last few frames again, so that a lost one costs nothing:
//
//   0 u8 kind=1 | 1 u8 count (1..8) | 2 f64 newestReceivedAtMs
//     frames { u32 rtpTimestamp | u16 age }[]   newest first
//
// `age` is how long before the newest a frame came, in twentieths of a millisecond;
// it stops at 3,276 ms. Times are on the player's clock, whatever that counts from.

export const RECEIPTS_MAX = 8;

export type FrameReceipt = { rtpTimestamp: number; receivedAtMs: number };

const HEADER_BYTES = 10;
const RECEIPT_BYTES = 6;
const AGE_PER_MS = 20;

/** `receipts` newest first; what is beyond the limit is left out. */
export function writeFrameReceipts(receipts: readonly FrameReceipt[]): Uint8Array<ArrayBuffer> {
  const told = receipts.slice(0, RECEIPTS_MAX);
  const newestMs = told[0]?.receivedAtMs ?? 0;
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + told.length * RECEIPT_BYTES));
  view.setUint8(0, 1);
  view.setUint8(1, told.length);
  view.setFloat64(2, newestMs, true);
  told.forEach(({ rtpTimestamp, receivedAtMs }, index) => {
    const at = HEADER_BYTES + index * RECEIPT_BYTES;
    view.setUint32(at, rtpTimestamp, true);
    view.setUint16(at + 4, Math.min(65_535, Math.max(0, Math.round((newestMs - receivedAtMs) * AGE_PER_MS))), true);
  });
  return new Uint8Array(view.buffer);
}

/** Undefined for bytes that no writer makes. */
export function readFrameReceipts(bytes: Uint8Array): FrameReceipt[] | undefined {
  const count = bytes[1] ?? 0;
  if (bytes[0] !== 1 || count < 1 || count > RECEIPTS_MAX) return undefined;
  if (bytes.length !== HEADER_BYTES + count * RECEIPT_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const newestMs = view.getFloat64(2, true);
  if (!Number.isFinite(newestMs)) return undefined;
  return Array.from({ length: count }, (_, index) => {
    const at = HEADER_BYTES + index * RECEIPT_BYTES;
    return { rtpTimestamp: view.getUint32(at, true), receivedAtMs: newestMs - view.getUint16(at + 4, true) / AGE_PER_MS };
  });
}
