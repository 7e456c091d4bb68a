// Which packet that came out of the media server is which that went in. Pure.

import type { Received } from "../pipeline/capture-file.ts";

export type Hops = {
  /** Of each packet that came, its first coming. */
  hopMs: number[];
  lost: number;
  /** Came once more. */
  repeated: number;
};

/**
 * SRTP leaves the header to be read. Sequence numbers are moved by the media server, all by the same; `sentAtMs` is in
 * their order, from the packet that came first on.
 */
export function readHops(received: readonly Received[], sentAtMs: readonly number[], packetBytes: number): Hops {
  const isVideo = (datagram: Buffer) => datagram.length > packetBytes && datagram.readUInt8(0) >> 6 === 2;
  let [first, index]: [number | undefined, number] = [undefined, 0];
  const came = new Set<number>();
  const hopMs: number[] = [];
  let repeated = 0;
  for (const { wallMs, datagram } of received) {
    if (!isVideo(datagram)) continue;
    const sequence = datagram.readUInt16BE(2);
    first ??= sequence;
    // Unwrapped by what came before: packets of loopback are never half a cycle out of order.
    index += ((((sequence - first - index) & 0xffff) ^ 0x8000) - 0x8000);
    const sent = sentAtMs[index];
    if (sent === undefined) continue;
    if (came.has(index)) {
      repeated += 1;
      continue;
    }
    came.add(index);
    hopMs.push(wallMs - sent);
  }
  return { hopMs, lost: sentAtMs.length - came.size, repeated };
}
