// AV1 in RTP payloads (AV1 RTP specification 1.0) back to temporal units, with the sizes that decoders want. Pure.
//
//   Z Y W W N | element ...
//
// Z: the first element goes on from the last payload. Y: the last one goes on in the next.
// W: how many there are, the last without its size; 0: each has one. N: a new sequence begins.

const TEMPORAL_DELIMITER = Uint8Array.of(0x12, 0x00);
const HAS_SIZE = 0x02;
const HAS_EXTENSION = 0x04;

/** Undefined when a payload is malformed. */
export function depacketise(payloads: readonly Buffer[]): Buffer | undefined {
  const units: Buffer[] = [];
  let unfinished = false;
  for (const payload of payloads) {
    const header = payload[0] ?? 0;
    const elements = elementsOf(payload);
    if (!elements || unfinished !== (header & 0x80) > 0) return undefined;
    const [first, ...rest] = elements;
    const last = unfinished ? units.pop() : undefined;
    if (first) units.push(last ? Buffer.concat([last, first]) : first, ...rest);
    unfinished = (header & 0x40) > 0;
  }
  if (unfinished || units.some(({ length }) => length === 0)) return undefined;
  return Buffer.concat([TEMPORAL_DELIMITER, ...units.flatMap(withSize)]);
}

export const startsKeyframe = ([first]: readonly Buffer[]): boolean => ((first?.[0] ?? 0) & 0x08) > 0;

function elementsOf(payload: Buffer): Buffer[] | undefined {
  const count = ((payload[0] ?? 0) >> 4) & 3;
  const elements: Buffer[] = [];
  for (let at = 1; at < payload.length; ) {
    if (elements.length + 1 === count) {
      elements.push(payload.subarray(at));
      break;
    }
    const size = readLeb128(payload, at);
    if (!size || size.next + size.value > payload.length) return undefined;
    at = size.next + size.value;
    elements.push(payload.subarray(size.next, at));
  }
  return elements.length > 0 && (count === 0 || elements.length === count) ? elements : undefined;
}

function withSize(unit: Buffer): Uint8Array[] {
  const header = unit[0] ?? 0;
  // Said already.
  if (header & HAS_SIZE) return [unit];
  const headerBytes = header & HAS_EXTENSION ? 2 : 1;
  return [Uint8Array.of(header | HAS_SIZE), unit.subarray(1, headerBytes), writeLeb128(Math.max(0, unit.length - headerBytes)), unit.subarray(headerBytes)];
}

function readLeb128(bytes: Buffer, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}

function writeLeb128(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 0x80)) {
    if (left < 0x80) return Uint8Array.from([...bytes, left]);
    bytes.push((left % 0x80) | 0x80);
  }
}
