// VP8 in RTP payloads (RFC 7741) back to frames. Pure.

import { readVp8Payload } from "@nearframe/shared/media/vp8-payload";

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
  const head = readVp8Payload(payload);
  return head && { starts: head.starts, data: payload.subarray(head.dataAt) };
}
