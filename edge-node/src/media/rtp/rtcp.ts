// The part of RTCP that a sender needs: its own reports, and requests for a keyframe.

import { writeNtp } from "./ntp.ts";

const PacketType = { senderReport: 200, sourceDescription: 202, payloadFeedback: 206 } as const;
const PayloadFeedback = { pictureLoss: 1, fullIntraRequest: 4 } as const;

/**
 * Does any packet of this compound ask `ssrc` for a keyframe, by PLI (RFC 4585, 6.3.1)
 * or FIR (RFC 5104, 4.3.1)? False for whatever can't be parsed.
 */
export function asksForKeyframe(compound: Buffer, ssrc: number): boolean {
  for (let at = 0; at + 12 <= compound.length; ) {
    const first = compound.readUInt8(at);
    const end = at + 4 + compound.readUInt16BE(at + 2) * 4;
    if (first >> 6 !== 2 || end > compound.length) return false;
    if (compound.readUInt8(at + 1) === PacketType.payloadFeedback && end - at >= 12) {
      const format = first & 0x1f;
      if (format === PayloadFeedback.pictureLoss && compound.readUInt32BE(at + 8) === ssrc >>> 0) return true;
      if (format === PayloadFeedback.fullIntraRequest) {
        for (let entry = at + 12; entry + 8 <= end; entry += 8) {
          if (compound.readUInt32BE(entry) === ssrc >>> 0) return true;
        }
      }
    }
    at = end;
  }
  return false;
}

export type SenderReport = {
  ssrc: number;
  /** The same instant on both clocks: this is what lets a receiver line streams up. */
  wallMs: number;
  timestamp: number;
  packetsSent: number;
  payloadBytesSent: number;
};

/** A sender report with its source description (RFC 3550, 6.4.1 and 6.5). */
export function writeSenderReport(report: SenderReport, canonicalName: string): Buffer {
  const name = Buffer.from(canonicalName, "utf8");
  // Item type and length, the name, and at least one zero that ends the list.
  const chunkBytes = Math.ceil((4 + 2 + name.length + 1) / 4) * 4;
  const packet = Buffer.alloc(28 + 4 + chunkBytes);
  packet[0] = 0x80;
  packet[1] = PacketType.senderReport;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(report.ssrc >>> 0, 4);
  writeNtp(packet, 8, report.wallMs);
  packet.writeUInt32BE(report.timestamp >>> 0, 16);
  packet.writeUInt32BE(report.packetsSent >>> 0, 20);
  packet.writeUInt32BE(report.payloadBytesSent >>> 0, 24);
  packet[28] = 0x81;
  packet[29] = PacketType.sourceDescription;
  packet.writeUInt16BE(chunkBytes / 4, 30);
  packet.writeUInt32BE(report.ssrc >>> 0, 32);
  packet[36] = 1; // CNAME.
  packet[37] = name.length;
  name.copy(packet, 38);
  return packet;
}
