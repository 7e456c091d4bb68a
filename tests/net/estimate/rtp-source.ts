// RTP that looks like 60 frames a second of VP8 and shows nothing: enough for a
// media server and a browser to count, repair and answer.

import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";

const FRAME_MS = 1_000 / 60;
const PACKET_BYTES = 1_200;

export type RtpSource = { setKbps(kbps: number): void };

/** Sends until its scope ends. Catches up when the timer was late, as an encoder would. */
export function sendRtp(producer: types.Producer, kbps: number, scope: Scope): RtpSource {
  const { payloadType } = producer.rtpParameters.codecs[0]!;
  const ssrc = producer.rtpParameters.encodings![0]!.ssrc!;
  const extensionId = producer.rtpParameters.headerExtensions![0]!.id;
  const startedAtMs = performance.now();
  let target = kbps;
  let frames = 0;
  let sequence = 0;
  const timer = setInterval(() => {
    for (; frames * FRAME_MS < performance.now() - startedAtMs; frames++) {
      const bytes = (target * FRAME_MS) / 8;
      const packets = Math.max(1, Math.ceil(bytes / PACKET_BYTES));
      for (let packet = 0; packet < packets; packet++) {
        const header = makeHeader({ payloadType, ssrc, extensionId, sequence: sequence++, frame: frames, last: packet === packets - 1 });
        const payload = Buffer.alloc(Math.max(20, Math.round(bytes / packets)));
        // VP8 descriptor: start of partition; then a keyframe's first bit, so that any frame may be the first.
        payload[0] = packet === 0 ? 0x10 : 0x00;
        producer.send(Buffer.concat([header, payload]));
      }
    }
  }, 4);
  scope.own(timer, clearInterval);
  return { setKbps: (next) => (target = next) };
}

type Header = {
  payloadType: number;
  ssrc: number;
  extensionId: number;
  sequence: number;
  frame: number;
  last: boolean;
};

/** RFC 3550 with one two-byte extension (RFC 8285), which the media server overwrites. */
function makeHeader({ payloadType, ssrc, extensionId, sequence, frame, last }: Header): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x90;
  header[1] = (last ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequence & 0xffff, 2);
  header.writeUInt32BE((frame * 1_500) >>> 0, 4);
  header.writeUInt32BE(ssrc, 8);
  header.writeUInt16BE(0xbede, 12);
  header.writeUInt16BE(1, 14);
  header[16] = (extensionId << 4) | 1;
  return header;
}
