// VP8 into RTP payloads: RFC 7741.
//
//    X R N S R PID | frame ...
//
// One byte of descriptor. A picture id would be for temporal layers and for decoders
// that report what they lost by it; we have neither, and without one a stream can be
// taken over by another sender.

import { cutEvenly, type Payload } from "./payload.ts";

const START = Uint8Array.of(0x10);
const CONTINUED = Uint8Array.of(0x00);

/** Payloads of one frame, none larger than `payloadBytesMax`. */
export function packetiseVp8(frame: Buffer, payloadBytesMax: number): Payload[] {
  return cutEvenly(frame, payloadBytesMax - 1).map((piece, index) => [index === 0 ? START : CONTINUED, piece]);
}

/** The frame, or undefined when a payload is malformed. Reads no more than `packetiseVp8` writes. */
export function depacketiseVp8(payloads: readonly Buffer[]): Buffer | undefined {
  const whole = payloads.every((payload, index) => payload.length > 1 && payload[0] === (index === 0 ? 0x10 : 0));
  return whole ? Buffer.concat(payloads.map((payload) => payload.subarray(1))) : undefined;
}
