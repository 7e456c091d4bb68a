// How long the way to the node and back is, several times a second: on the channels that
// lose rather than wait, so that what is measured is the path and no retransmission.
//
// Little-endian. The question goes out on "receipts", the answer comes back on "frames":
//
//   ping   0 u8 kind=2 | 1 f64 sentAtMs                    player's clock
//   pong   0 u8 kind=2 | 1 f64 sentAtMs | 9 f64 nodeAtMs   as asked; the node's monotonic clock

const KIND = 2;
const PING_BYTES = 9;
const PONG_BYTES = 17;

export type PathPing = { sentAtMs: number };
export type PathPong = { sentAtMs: number; nodeAtMs: number };

export function writePathPing({ sentAtMs }: PathPing): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PING_BYTES));
  view.setUint8(0, KIND);
  view.setFloat64(1, sentAtMs, true);
  return new Uint8Array(view.buffer);
}

export function writePathPong({ sentAtMs, nodeAtMs }: PathPong): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(PONG_BYTES));
  view.setUint8(0, KIND);
  view.setFloat64(1, sentAtMs, true);
  view.setFloat64(9, nodeAtMs, true);
  return new Uint8Array(view.buffer);
}

/** Undefined for bytes that are none. */
export function readPathPing(bytes: Uint8Array): PathPing | undefined {
  const [sentAtMs] = readTimes(bytes, PING_BYTES) ?? [];
  return sentAtMs === undefined ? undefined : { sentAtMs };
}

/** Undefined for bytes that are none. */
export function readPathPong(bytes: Uint8Array): PathPong | undefined {
  const [sentAtMs, nodeAtMs] = readTimes(bytes, PONG_BYTES) ?? [];
  return sentAtMs === undefined || nodeAtMs === undefined ? undefined : { sentAtMs, nodeAtMs };
}

function readTimes(bytes: Uint8Array, length: number): number[] | undefined {
  if (bytes.length !== length || bytes[0] !== KIND) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const times: number[] = [];
  for (let at = 1; at < length; at += 8) times.push(view.getFloat64(at, true));
  return times.every(Number.isFinite) ? times : undefined;
}
