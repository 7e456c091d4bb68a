// Names and addresses as DNS has them on the wire (RFC 1035): one question in, its answer out. Pure.

export const DnsType = { A: 1 } as const;
export const DnsCode = { ok: 0, failed: 2, noSuchName: 3 } as const;
export type DnsCode = (typeof DnsCode)[keyof typeof DnsCode];

export type DnsQuestion = {
  id: number;
  /** Lower case, without a dot at its end. */
  name: string;
  type: number;
  /** The question as it came, for the answer to repeat. */
  bytes: Buffer;
};

const HEADER_BYTES = 12;
const LABEL_BYTES_MAX = 63;
const NAME_BYTES_MAX = 255;
const INTERNET = 1;
/** An answer over UDP has 512 bytes: a question of the longest name, and these of 16 each. */
export const ADDRESSES_MAX = 12;

/** Undefined for what is no single, ordinary question. */
export function readDnsQuestion(bytes: Buffer): DnsQuestion | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const isQuery = (bytes.readUInt16BE(2) & 0xf800) === 0;
  if (!isQuery || bytes.readUInt16BE(4) !== 1) return undefined;
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let size = bytes[at]; size !== 0; size = bytes[at]) {
    // Beyond 63 it would point elsewhere, which no question has to.
    if (size === undefined || size > LABEL_BYTES_MAX || at + 1 + size - HEADER_BYTES > NAME_BYTES_MAX) return undefined;
    labels.push(bytes.toString("latin1", at + 1, at + 1 + size));
    at += 1 + size;
  }
  const end = at + 5;
  if (end > bytes.length || bytes.readUInt16BE(at + 3) !== INTERNET) return undefined;
  return { id: bytes.readUInt16BE(0), name: labels.join(".").toLowerCase(), type: bytes.readUInt16BE(at + 1), bytes: bytes.subarray(HEADER_BYTES, end) };
}

/** `addresses`: IPv4, the first twelve of them. */
export function writeDnsAnswer({ id, bytes }: Pick<DnsQuestion, "id" | "bytes">, code: DnsCode, addresses: readonly string[], ttlS: number): Buffer {
  const told = addresses.slice(0, ADDRESSES_MAX);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  // An answer, to one who wished for recursion, by one who does it.
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(told.length, 6);
  const records = told.map((address) => {
    const record = Buffer.alloc(16);
    // The name of the question, behind the header.
    record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
    record.writeUInt16BE(DnsType.A, 2);
    record.writeUInt16BE(INTERNET, 4);
    record.writeUInt32BE(ttlS, 6);
    record.writeUInt16BE(4, 10);
    record.set(address.split(".").map(Number), 12);
    return record;
  });
  return Buffer.concat([header, bytes, ...records]);
}
