// The head of a VP8 frame's packet (RFC 7741, section 4.2), which node and checker both read.
//
//   X R N S R PID | I L T K ... | frame ...

export type Vp8Payload = {
  /** The first of its frame. */
  starts: boolean;
  /** Where the frame's own bytes begin. */
  dataAt: number;
};

/** Undefined where there is nothing behind the head. */
export function readVp8Payload(payload: Uint8Array): Vp8Payload | undefined {
  const descriptor = payload[0] ?? 0;
  let dataAt = 1;
  if (descriptor & 0x80) {
    const fields = payload[dataAt] ?? 0;
    dataAt += 1;
    // A picture id of one byte or two, TL0PICIDX, and one byte for temporal layer and key index.
    if (fields & 0x80) dataAt += (payload[dataAt] ?? 0) & 0x80 ? 2 : 1;
    if (fields & 0x40) dataAt += 1;
    if (fields & 0x30) dataAt += 1;
  }
  if (dataAt >= payload.length) return undefined;
  return { starts: (descriptor & 0x10) !== 0 && (descriptor & 0x07) === 0, dataAt };
}
