// ADB's packets on a byte stream: 24 bytes of header, then the payload
// (packages/modules/adb/protocol.txt). Pure.
//
//   command | arg0 | arg1 | payload bytes | checksum | command ^ 0xffffffff     (u32, little-endian)

export type AdbPacketFields = { command: number; arg0: number; arg1: number; payload: Uint8Array };
export type AdbPacketOnWire = AdbPacketFields & { checksum: number; magic: number };

const HEADER_BYTES = 24;
/** What ADB itself allows, and devices are told. */
export const PAYLOAD_BYTES_MAX = 1024 * 1024;

export class AdbPacketError extends Error {
  readonly code = "ADB_PACKET";
}

export class AdbPacketReader {
  #parts: Buffer[] = [];
  #bytes = 0;

  /** The packets that are whole by now. Throws `AdbPacketError` for what is no ADB. */
  push(chunk: Buffer): AdbPacketOnWire[] {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    const packets: AdbPacketOnWire[] = [];
    for (let packet = this.#take(); packet; packet = this.#take()) packets.push(packet);
    return packets;
  }

  #take(): AdbPacketOnWire | undefined {
    if (this.#bytes < HEADER_BYTES) return undefined;
    const header = this.#join(HEADER_BYTES);
    const command = header.readUInt32LE(0);
    const payloadBytes = header.readUInt32LE(12);
    const magic = header.readInt32LE(20);
    if (magic !== ~command || payloadBytes > PAYLOAD_BYTES_MAX) throw new AdbPacketError("what came is no ADB packet");
    if (this.#bytes < HEADER_BYTES + payloadBytes) return undefined;
    const whole = this.#join(HEADER_BYTES + payloadBytes);
    this.#parts = whole.length > HEADER_BYTES + payloadBytes ? [whole.subarray(HEADER_BYTES + payloadBytes), ...this.#parts.slice(1)] : this.#parts.slice(1);
    this.#bytes -= HEADER_BYTES + payloadBytes;
    return {
      command,
      arg0: whole.readUInt32LE(4),
      arg1: whole.readUInt32LE(8),
      checksum: whole.readUInt32LE(16),
      magic,
      payload: whole.subarray(HEADER_BYTES, HEADER_BYTES + payloadBytes),
    };
  }

  /** The first part, made at least so long. */
  #join(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#parts;
    if (first.length >= bytes) return first;
    const joined = Buffer.concat(this.#parts);
    this.#parts = [joined];
    return joined;
  }
}

/** One buffer, so that a small packet is one segment. */
export function writeAdbPacket({ command, arg0, arg1, payload }: AdbPacketFields): Buffer {
  const packet = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  packet.writeUInt32LE(command >>> 0, 0);
  packet.writeUInt32LE(arg0 >>> 0, 4);
  packet.writeUInt32LE(arg1 >>> 0, 8);
  packet.writeUInt32LE(payload.length, 12);
  let checksum = 0;
  for (const byte of payload) checksum = (checksum + byte) >>> 0;
  packet.writeUInt32LE(checksum, 16);
  packet.writeInt32LE(~command, 20);
  packet.set(payload, HEADER_BYTES);
  return packet;
}
