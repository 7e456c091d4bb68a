/** The parts of one RTP payload, in order; they are copied once, into the packet. */
export type Payload = readonly Uint8Array[];

/** Cuts `bytes` into pieces of one size: a nearly empty last packet costs as much as a full one. */
export function cutEvenly(bytes: Buffer, pieceBytesMax: number): Buffer[] {
  const count = Math.ceil(bytes.length / pieceBytesMax);
  const pieceBytes = Math.ceil(bytes.length / count);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes));
}
