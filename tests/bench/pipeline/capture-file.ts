// What the receiver wrote down.

/** Ends the receiver. Not RTP: its version would be 1. */
export const STOP = Buffer.from("stop");
export const RECORD_HEAD_BYTES = 12;

export type Received = { wallMs: number; datagram: Buffer };

export function parseCapture(file: Buffer): Received[] {
  const records: Received[] = [];
  for (let at = 0; at + RECORD_HEAD_BYTES <= file.length; ) {
    const start = at + RECORD_HEAD_BYTES;
    const end = start + file.readUInt32LE(at + 8);
    records.push({ wallMs: file.readDoubleLE(at), datagram: file.subarray(start, end) });
    at = end;
  }
  return records;
}
