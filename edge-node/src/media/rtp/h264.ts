// H.264 into RTP payloads: RFC 6184, packetization-mode 1.
//
// NAL units that fit together go into one STAP-A (parameter sets ride with each
// other, small slices too); one that is too large is cut into FU-As.

import { cutEvenly, type Payload } from "./payload.ts";

export const NalType = { slice: 1, idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9, filler: 12, stapA: 24, fuA: 28 } as const;

export const nalType = (unit: Uint8Array): number => (unit[0] ?? 0) & 0x1f;

const START_CODE = Buffer.from([0, 0, 1]);

/** The NAL units of an Annex B stream, as views into it. */
export function splitNalUnits(stream: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let code = stream.indexOf(START_CODE);
  while (code >= 0) {
    const start = code + START_CODE.length;
    code = stream.indexOf(START_CODE, start);
    let end = code < 0 ? stream.length : code;
    // A unit never ends in a zero byte: zeros here belong to a four-byte start code.
    while (end > start && stream[end - 1] === 0) end--;
    if (end > start) units.push(stream.subarray(start, end));
  }
  return units;
}

/** Payloads of one access unit, none larger than `payloadBytesMax`. */
export function packetiseH264(accessUnit: Buffer, payloadBytesMax: number): Payload[] {
  const payloads: Payload[] = [];
  let group: Buffer[] = [];
  let groupBytes = 1;
  const flush = () => {
    if (group.length > 0) payloads.push(group.length === 1 ? group : stapA(group));
    group = [];
    groupBytes = 1;
  };
  for (const unit of splitNalUnits(accessUnit)) {
    const type = nalType(unit);
    // Both carry nothing that RTP does not say itself (RFC 6184, 5.1: the marker bit).
    if (type === NalType.delimiter || type === NalType.filler) continue;
    if (unit.length > payloadBytesMax) {
      flush();
      payloads.push(...fuAs(unit, payloadBytesMax));
      continue;
    }
    // A unit alone travels as it is; only in company does it need STAP-A's own byte and lengths.
    if (group.length > 0 && groupBytes + 2 + unit.length > payloadBytesMax) flush();
    group.push(unit);
    groupBytes += 2 + unit.length;
  }
  flush();
  return payloads;
}

function stapA(units: readonly Buffer[]): Payload {
  const nri = Math.max(...units.map((unit) => (unit[0] ?? 0) & 0x60));
  const parts: Uint8Array[] = [Uint8Array.of(nri | NalType.stapA)];
  for (const unit of units) parts.push(Uint8Array.of(unit.length >> 8, unit.length & 0xff), unit);
  return parts;
}

function fuAs(unit: Buffer, payloadBytesMax: number): Payload[] {
  const header = unit[0] ?? 0;
  const fragments = cutEvenly(unit.subarray(1), payloadBytesMax - 2);
  return fragments.map((fragment, index) => {
    const edge = (index === 0 ? 0x80 : 0) | (index === fragments.length - 1 ? 0x40 : 0);
    return [Uint8Array.of((header & 0xe0) | NalType.fuA, edge | (header & 0x1f)), fragment];
  });
}
