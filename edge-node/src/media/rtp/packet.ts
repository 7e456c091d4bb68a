// RTP packets: written with our header extensions, and read back (RFC 3550, 5.1).

import { type ExtensionIds, type ExtensionValues, extensionBytes, extensionBytesMax, writeExtensions } from "./header-extensions.ts";
import type { Payload } from "./payload.ts";

const HEADER_BYTES = 12;

/** Below every common path's limit with room for SRTP, TURN and the SFU's own extensions. */
export const PACKET_BYTES_MAX = 1200;

export function payloadBytesMax(ids: ExtensionIds, packetBytesMax = PACKET_BYTES_MAX): number {
  return packetBytesMax - HEADER_BYTES - extensionBytesMax(ids);
}

export type PacketFields = {
  payloadType: number;
  sequence: number;
  timestamp: number;
  ssrc: number;
  marker: boolean;
};

export function writePacket(fields: PacketFields, ids: ExtensionIds, values: ExtensionValues, payload: Payload): Buffer {
  let bytes = HEADER_BYTES + extensionBytes(ids, values);
  const hasExtensions = bytes > HEADER_BYTES;
  for (const part of payload) bytes += part.length;
  const packet = Buffer.allocUnsafe(bytes);
  packet[0] = 0x80 | (hasExtensions ? 0x10 : 0);
  packet[1] = (fields.marker ? 0x80 : 0) | fields.payloadType;
  packet.writeUInt16BE(fields.sequence & 0xffff, 2);
  packet.writeUInt32BE(fields.timestamp >>> 0, 4);
  packet.writeUInt32BE(fields.ssrc >>> 0, 8);
  let at = writeExtensions(packet, HEADER_BYTES, ids, values);
  for (const part of payload) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}

export type ParsedPacket = PacketFields & {
  /** One-byte header extensions: id to data. */
  extensions: ReadonlyMap<number, Buffer>;
  payload: Buffer;
};

/** Undefined for whatever is not a whole RTP packet. */
export function parsePacket(packet: Buffer): ParsedPacket | undefined {
  if (packet.length < HEADER_BYTES || packet.readUInt8(0) >> 6 !== 2 || isRtcp(packet)) return undefined;
  const first = packet.readUInt8(0);
  let start = HEADER_BYTES + (first & 0x0f) * 4;
  let extensions: ReadonlyMap<number, Buffer> = new Map();
  if (first & 0x10) {
    if (start + 4 > packet.length) return undefined;
    const dataStart = start + 4;
    const end = dataStart + packet.readUInt16BE(start + 2) * 4;
    if (end > packet.length) return undefined;
    if (packet.readUInt16BE(start) === 0xbede) extensions = parseExtensions(packet.subarray(dataStart, end));
    start = end;
  }
  const end = packet.length - (first & 0x20 ? packet.readUInt8(packet.length - 1) : 0);
  if (start > end) return undefined;
  return {
    payloadType: packet.readUInt8(1) & 0x7f,
    marker: (packet.readUInt8(1) & 0x80) !== 0,
    sequence: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    extensions,
    payload: packet.subarray(start, end),
  };
}

function parseExtensions(block: Buffer): Map<number, Buffer> {
  const extensions = new Map<number, Buffer>();
  for (let at = 0; at < block.length; ) {
    const head = block.readUInt8(at);
    if (head === 0) {
      at++; // Padding.
      continue;
    }
    const end = at + 2 + (head & 0x0f);
    // 15 is reserved and says "stop here" (RFC 8285, 4.2).
    if (head >> 4 === 15 || end > block.length) break;
    extensions.set(head >> 4, block.subarray(at + 1, end));
    at = end;
  }
  return extensions;
}

/** RTP and RTCP share a socket; the second byte tells them apart (RFC 5761, 4). */
export function isRtcp(packet: Buffer): boolean {
  const type = packet[1] ?? 0;
  return type >= 192 && type <= 223;
}
