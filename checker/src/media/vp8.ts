// VP8 in RTP payloads (RFC 7741) back to frames. Pure.
//
//   X R N S R PID | I L T K ... | frame ...

const EXTENDED = 0x80;
const START = 0x10;
const PARTITION = 0x07;

/** Undefined when a payload is malformed, or the frame's beginning is missing. */
export function depacketise(payloads: readonly Buffer[]): Buffer | undefined {
  const parts = payloads.map(partOf);
  const whole = parts.every((part, index) => part !== undefined && part.starts === (index === 0));
  return whole ? Buffer.concat(parts.flatMap((part) => part?.data ?? [])) : undefined;
}

/** The first bit of the frame itself says that it is made of another one. */
export function startsKeyframe([first]: readonly Buffer[]): boolean {
  const part = first && partOf(first);
  return part?.starts === true && ((part.data[0] ?? 1) & 1) === 0;
}

function partOf(payload: Buffer): { starts: boolean; data: Buffer } | undefined {
  const descriptor = payload[0] ?? 0;
  let at = 1;
  if (descriptor & EXTENDED) {
    const fields = payload[at] ?? 0;
    at += 1;
    if (fields & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1;
    if (fields & 0x40) at += 1;
    if (fields & 0x30) at += 1;
  }
  if (at >= payload.length) return undefined;
  return { starts: (descriptor & START) !== 0 && (descriptor & PARTITION) === 0, data: payload.subarray(at) };
}
