// What a node signs of a probe: which one it was, and what the node saw. The server checks the
// signature against the result that the node reports; the player hands in the same signature as its
// receipt, which it can only have from the node, over the path that was measured.
//
// Little-endian, without gaps:
//   "nearframe-probe-1", 17 bytes
//   sessionId, nonce, nodeId: each u8 length, then so many bytes of ASCII
//   u64 epoch
//   u8 count | u8 lost | u32 rttMin | u32 rttP50 | u32 rttP95 | u32 jitter      (times in whole microseconds)

import type { ProbeResult } from "./probe-result.ts";

export type ProbeName = { sessionId: string; epoch: number; nonce: string; nodeId: string };

const CONTEXT = "nearframe-probe-1";
const NUMBERS_BYTES = 8 + 2 + 4 * 4;

export function probeSignedBytes({ sessionId, epoch, nonce, nodeId }: ProbeName, result: ProbeResult): Uint8Array<ArrayBuffer> {
  const ascii = new TextEncoder();
  const names = [sessionId, nonce, nodeId].map((text) => ascii.encode(text));
  const namesBytes = names.reduce((sum, { length }) => sum + 1 + length, 0);
  const bytes = new Uint8Array(CONTEXT.length + namesBytes + NUMBERS_BYTES);
  bytes.set(ascii.encode(CONTEXT));
  let at = CONTEXT.length;
  for (const name of names) {
    if (name.length > 255) throw new RangeError("an id has at most 255 bytes");
    bytes[at] = name.length;
    bytes.set(name, at + 1);
    at += 1 + name.length;
  }
  const view = new DataView(bytes.buffer, at);
  view.setBigUint64(0, BigInt(epoch), true);
  view.setUint8(8, result.count);
  view.setUint8(9, result.lost);
  const times = [result.rttMs.min, result.rttMs.p50, result.rttMs.p95, result.jitterMs];
  times.forEach((ms, i) => view.setUint32(10 + i * 4, Math.round(ms * 1000), true));
  return bytes;
}
