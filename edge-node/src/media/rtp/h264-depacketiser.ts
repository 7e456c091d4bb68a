// RTP payloads back into an H.264 access unit (RFC 6184, mode 1). For whatever
// checks the stream from outside: contract tests, benchmarks.

import { NalType, nalType } from "./h264.ts";

const START_CODE = Uint8Array.of(0, 0, 0, 1);

/** The access unit in Annex B form, or undefined when a payload is malformed. */
export function depacketiseH264(payloads: readonly Buffer[]): Buffer | undefined {
  const parts: Uint8Array[] = [];
  for (const payload of payloads) {
    if (payload.length === 0) return undefined;
    switch (nalType(payload)) {
      case NalType.stapA: {
        const units = splitStapA(payload);
        if (!units) return undefined;
        for (const unit of units) parts.push(START_CODE, unit);
        break;
      }
      case NalType.fuA: {
        if (payload.length < 2) return undefined;
        const indicator = payload.readUInt8(0);
        const header = payload.readUInt8(1);
        if (header & 0x80) parts.push(START_CODE, Uint8Array.of((indicator & 0xe0) | (header & 0x1f)));
        parts.push(payload.subarray(2));
        break;
      }
      default:
        parts.push(START_CODE, payload);
    }
  }
  return Buffer.concat(parts);
}

function splitStapA(payload: Buffer): Buffer[] | undefined {
  const units: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    if (at + 2 > payload.length) return undefined;
    const end = at + 2 + payload.readUInt16BE(at);
    if (end > payload.length) return undefined;
    units.push(payload.subarray(at + 2, end));
    at = end;
  }
  return units;
}
