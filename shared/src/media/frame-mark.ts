// What the node says about each frame, beside the media: which RTP timestamp it
// has, what input it shows, and what each stage of the node cost. The player
// joins it to the frame by `rtpTimestamp` (requestVideoFrameCallback gives the same).
//
// 40 bytes, little-endian, on the data channel "frames" (unordered, never sent again):
//
//    0 u8 kind=1 | 1 u8 flags (bit 0 keyframe, bit 1 changed) | 2 u16 captureWait
//    4 u32 rtpTimestamp | 8 u32 frameIndex | 12 u32 inputSeq
//   16 f64 capturedAtMs | 24 f64 inputAppliedAtMs
//   32 u16 encode | 34 u16 send | 36 u32 payloadBytes
//
// Durations are in hundredths of a millisecond and stop at 655.35 ms. Times are the
// node's monotonic clock.

export const FRAME_MARK_BYTES = 40;

export type WireFrameMark = {
  rtpTimestamp: number;
  frameIndex: number;
  keyframe: boolean;
  /** False for a repeat of an unchanged screen. */
  changed: boolean;
  /** Last input that was applied before the pixels were read, 0 for none yet. */
  inputSeq: number;
  inputAppliedAtMs: number;
  capturedAtMs: number;
  /** From the change on the screen to reading it. */
  captureWaitMs: number;
  /** From reading the pixels to the encoded frame. */
  encodeMs: number;
  /** From the encoded frame to its last packet. */
  sendMs: number;
  payloadBytes: number;
};

export function writeFrameMark(mark: WireFrameMark): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(FRAME_MARK_BYTES));
  view.setUint8(0, 1);
  view.setUint8(1, (mark.keyframe ? 1 : 0) | (mark.changed ? 2 : 0));
  view.setUint16(2, hundredths(mark.captureWaitMs), true);
  view.setUint32(4, mark.rtpTimestamp, true);
  view.setUint32(8, mark.frameIndex, true);
  view.setUint32(12, mark.inputSeq, true);
  view.setFloat64(16, mark.capturedAtMs, true);
  view.setFloat64(24, mark.inputAppliedAtMs, true);
  view.setUint16(32, hundredths(mark.encodeMs), true);
  view.setUint16(34, hundredths(mark.sendMs), true);
  view.setUint32(36, mark.payloadBytes, true);
  return new Uint8Array(view.buffer);
}

/** Undefined for bytes that are no frame mark. */
export function readFrameMark(bytes: Uint8Array): WireFrameMark | undefined {
  if (bytes.length !== FRAME_MARK_BYTES || bytes[0] !== 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(1);
  const capturedAtMs = view.getFloat64(16, true);
  const inputAppliedAtMs = view.getFloat64(24, true);
  if (flags > 3 || !Number.isFinite(capturedAtMs) || !Number.isFinite(inputAppliedAtMs)) return undefined;
  return {
    keyframe: (flags & 1) !== 0,
    changed: (flags & 2) !== 0,
    captureWaitMs: view.getUint16(2, true) / 100,
    rtpTimestamp: view.getUint32(4, true),
    frameIndex: view.getUint32(8, true),
    inputSeq: view.getUint32(12, true),
    capturedAtMs,
    inputAppliedAtMs,
    encodeMs: view.getUint16(32, true) / 100,
    sendMs: view.getUint16(34, true) / 100,
    payloadBytes: view.getUint32(36, true),
  };
}

const hundredths = (ms: number) => Math.min(65535, Math.max(0, Math.round(ms * 100)));
