// AV1 into RTP payloads: the RTP Payload Format For AV1 (AOM, v1.0).
//
//    Z Y W W N 0 0 0 | [length] OBU ... | OBU
//
// Z: the first OBU goes on from the packet before; Y: the last goes on in the next;
// W: how many, the last without its length (0: more than three, all with it);
// N: a new sequence begins.
//
// A receiver that is given no dependency descriptor takes a packet which begins or
// ends between two OBUs for the first or last of a frame (libwebrtc,
// video_rtp_depacketizer_av1.cc). So within a temporal unit every cut lies inside an
// OBU.

import type { Payload } from "./payload.ts";

const ObuType = { temporalDelimiter: 2, padding: 15 } as const;
const HAS_SIZE = 0x02;
const HAS_EXTENSION = 0x04;

/** W has two bits. */
const UNCOUNTED = 0;
const COUNT_MAX = 3;
/** No payload is as long as 2^14, so a length takes two bytes at most. */
const LENGTH_BYTES_MAX = 2;

/** Payloads of one temporal unit, none larger than `payloadBytesMax`. */
export function packetiseAv1(temporalUnit: Buffer, keyframe: boolean, payloadBytesMax: number): Payload[] {
  const obus = splitObus(temporalUnit);
  const payloads: Payload[] = [];
  let at: Position = { obu: 0, offset: 0 };
  while (at.obu < obus.length) {
    const [elements, next] = takeElements(obus, at, payloadBytesMax - 1);
    const newSequence = keyframe && payloads.length === 0;
    payloads.push(payloadOf(elements, { continues: at.offset > 0, continued: next.offset > 0, newSequence }));
    at = next;
  }
  return payloads;
}

type Position = { obu: number; offset: number };

/** As many bytes as fit, and where the rest begins: inside an OBU, or behind the last. */
function takeElements(obus: readonly Buffer[], from: Position, roomBytes: number): [Buffer[], Position] {
  const elements: Buffer[] = [];
  let room = roomBytes;
  let { obu, offset } = from;
  for (; obu < obus.length; obu++, offset = 0) {
    const rest = (obus[obu] ?? Buffer.alloc(0)).subarray(offset);
    if (rest.length + LENGTH_BYTES_MAX <= room) {
      elements.push(rest);
      room -= rest.length + LENGTH_BYTES_MAX;
      continue;
    }
    const bytes = Math.min(room - LENGTH_BYTES_MAX, rest.length - 1);
    if (bytes > 0) return [[...elements, rest.subarray(0, bytes)], { obu, offset: offset + bytes }];
    return giveBackOneByte(elements, { obu, offset }, from);
  }
  return [elements, { obu, offset: 0 }];
}

/** Nothing of the next OBU fits, and a packet may not end before it: its predecessor's last byte goes along. */
function giveBackOneByte(elements: readonly Buffer[], before: Position, from: Position): [Buffer[], Position] {
  const kept = [...elements];
  for (let { obu } = before; ; ) {
    const last = kept.pop();
    obu--;
    if (!last) throw new Error("a payload of AV1 has no room for three bytes");
    if (last.length === 1) continue;
    const start = obu === from.obu ? from.offset : 0;
    return [[...kept, last.subarray(0, -1)], { obu, offset: start + last.length - 1 }];
  }
}

function payloadOf(
  elements: readonly Buffer[],
  { continues, continued, newSequence }: { continues: boolean; continued: boolean; newSequence: boolean },
): Payload {
  const count = elements.length <= COUNT_MAX ? elements.length : UNCOUNTED;
  const header = (continues ? 0x80 : 0) | (continued ? 0x40 : 0) | (count << 4) | (newSequence ? 0x08 : 0);
  const parts: Uint8Array[] = [Uint8Array.of(header)];
  elements.forEach((element, index) => {
    if (index < elements.length - 1 || count === UNCOUNTED) parts.push(writeLeb128(element.length));
    parts.push(element);
  });
  return parts;
}

/** The OBUs of a temporal unit as RTP carries them: without their sizes, and without those that say nothing there. */
export function splitObus(temporalUnit: Buffer): Buffer[] {
  const obus: Buffer[] = [];
  for (let at = 0; at < temporalUnit.length; ) {
    const header = temporalUnit.readUInt8(at);
    const headerBytes = header & HAS_EXTENSION ? 2 : 1;
    const [size, sizeBytes] =
      header & HAS_SIZE
        ? readLeb128(temporalUnit, at + headerBytes)
        : [temporalUnit.length - at - headerBytes, 0];
    const start = at + headerBytes + sizeBytes;
    const end = start + size;
    if (end > temporalUnit.length) throw new Error("an OBU of AV1 that is longer than its temporal unit");
    const type = (header >> 3) & 0x0f;
    if (type !== ObuType.temporalDelimiter && type !== ObuType.padding) {
      const obu = Buffer.concat([temporalUnit.subarray(at, at + headerBytes), temporalUnit.subarray(start, end)]);
      obu[0] = header & ~HAS_SIZE;
      obus.push(obu);
    }
    at = end;
  }
  return obus;
}

export function writeLeb128(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest < 0x80) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** The value, and how many bytes it took. */
export function readLeb128(bytes: Buffer, from: number): [value: number, bytes: number] {
  let value = 0;
  // Four bytes hold more than any frame.
  for (let index = 0; index < 4; index++) {
    const byte = bytes.readUInt8(from + index);
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return [value, index + 1];
  }
  throw new Error("an OBU of AV1 with a size that no frame has");
}
