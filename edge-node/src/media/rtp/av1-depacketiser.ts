// RTP payloads back into a temporal unit of AV1. For whatever checks the stream from
// outside: contract tests, benchmarks.

import { readLeb128, writeLeb128 } from "./av1.ts";

const TEMPORAL_DELIMITER = Uint8Array.of(0x12, 0x00);
const HAS_SIZE = 0x02;

/** The temporal unit with sizes (AV1, section 5.2), or undefined when a payload is malformed. */
export function depacketiseAv1(payloads: readonly Buffer[]): Buffer | undefined {
  const obus: Buffer[] = [];
  let unfinished = false;
  for (const payload of payloads) {
    const header = payload[0];
    const elements = splitElements(payload);
    if (header === undefined || !elements || unfinished !== header >= 0x80) return undefined;
    const last = obus.length - 1;
    elements.forEach((element, index) => {
      if (index === 0 && unfinished) obus[last] = Buffer.concat([obus[last] ?? Buffer.alloc(0), element]);
      else obus.push(element);
    });
    unfinished = (header & 0x40) !== 0;
  }
  if (unfinished || obus.some(({ length }) => length === 0)) return undefined;
  return Buffer.concat([TEMPORAL_DELIMITER, ...obus.flatMap(withSize)]);
}

function splitElements(payload: Buffer): Buffer[] | undefined {
  const count = ((payload[0] ?? 0) >> 4) & 3;
  const elements: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    if (elements.length + 1 === count) {
      elements.push(payload.subarray(at));
      break;
    }
    try {
      const [length, lengthBytes] = readLeb128(payload, at);
      at += lengthBytes + length;
      if (at > payload.length) return undefined;
      elements.push(payload.subarray(at - length, at));
    } catch {
      return undefined;
    }
  }
  return count === 0 || elements.length === count ? elements : undefined;
}

/** Without the extension byte that layers would bring: there are none. */
function withSize(obu: Buffer): Uint8Array[] {
  return [Uint8Array.of((obu[0] ?? 0) | HAS_SIZE), writeLeb128(obu.length - 1), obu.subarray(1)];
}
