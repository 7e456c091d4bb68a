// RTP header extensions in one-byte form (RFC 8285, 4.2): what we stamp on packets.
//
//    0xBE 0xDE | length in words | id<<4 | bytes-1 | data ... | zeros to a word

import type { RtpTarget } from "../ports.ts";
import { writeNtp } from "./ntp.ts";

export type ExtensionIds = RtpTarget["extensions"];

/** What a packet says. `frame` goes on the first packet of a frame; receivers read it there. */
export type ExtensionValues = {
  transportSequence: number;
  frame: { capturedAtWallMs: number } | undefined;
};

const PREAMBLE_BYTES = 4;

/** Room that the extensions of any packet may take, so that all packets of a frame share one payload limit. */
export function extensionBytesMax(ids: ExtensionIds): number {
  return paddedBytes(dataBytes(ids, true));
}

function dataBytes(ids: ExtensionIds, first: boolean): number {
  let bytes = 0;
  if (ids.transportWideCc !== undefined) bytes += 3;
  if (first && ids.absCaptureTime !== undefined) bytes += 9;
  if (first && ids.playoutDelay !== undefined) bytes += 4;
  return bytes;
}

function paddedBytes(data: number): number {
  return data === 0 ? 0 : PREAMBLE_BYTES + Math.ceil(data / 4) * 4;
}

export function extensionBytes(ids: ExtensionIds, values: ExtensionValues): number {
  return paddedBytes(dataBytes(ids, values.frame !== undefined));
}

/** Writes the block at `offset` and returns where it ends. Writes nothing when there is nothing to say. */
export function writeExtensions(packet: Buffer, offset: number, ids: ExtensionIds, values: ExtensionValues): number {
  const blockBytes = extensionBytes(ids, values);
  if (blockBytes === 0) return offset;
  const end = offset + blockBytes;
  packet.writeUInt16BE(0xbede, offset);
  packet.writeUInt16BE((blockBytes - PREAMBLE_BYTES) / 4, offset + 2);
  let at = offset + PREAMBLE_BYTES;
  if (ids.transportWideCc !== undefined) {
    packet[at] = (ids.transportWideCc << 4) | 1;
    packet.writeUInt16BE(values.transportSequence & 0xffff, at + 1);
    at += 3;
  }
  if (values.frame !== undefined && ids.absCaptureTime !== undefined) {
    packet[at] = (ids.absCaptureTime << 4) | 7;
    writeNtp(packet, at + 1, values.frame.capturedAtWallMs);
    at += 9;
  }
  if (values.frame !== undefined && ids.playoutDelay !== undefined) {
    // Minimum 0 and maximum 0, each 12 bits: "show it when it is decoded".
    packet[at] = (ids.playoutDelay << 4) | 2;
    packet.fill(0, at + 1, at + 4);
    at += 4;
  }
  packet.fill(0, at, end);
  return end;
}
