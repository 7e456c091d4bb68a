// Receives RTP as the media server would, and looks at the pictures as a player
// would: for tests.

import { type Socket, createSocket } from "node:dgram";
import { once } from "node:events";
import { type Scope, withTimeout } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { RtpTarget } from "../ports.ts";
import { splitObus } from "../rtp/av1.ts";
import { NalType, nalType, splitNalUnits } from "../rtp/h264.ts";
import { type ParsedPacket, isRtcp, parsePacket } from "../rtp/packet.ts";
import { DEPACKETISERS } from "../rtp/packetisers.ts";
import { type Picture, type VideoDecoder, openVideoDecoder } from "./video-decoder.ts";

const RECEIVE_BUFFER_BYTES = 8 << 20;
const WAIT_MS_MAX = 10_000;

export type ReceivedFrame = {
  timestamp: number;
  packets: readonly ParsedPacket[];
  keyframe: boolean;
  /** What a player sees now; undefined for sound. Valid while the frame is looked at. */
  picture: Picture | undefined;
};

export class RtpListener {
  readonly target: RtpTarget;
  readonly reports: Buffer[] = [];
  packetsReceived = 0;
  packetsLost = 0;
  readonly #socket: Socket;
  readonly #video: { codec: VideoCodec; decoder: VideoDecoder } | undefined;
  #sender: { port: number; address: string } | undefined;
  #packets: ParsedPacket[] = [];
  #nextSequence: number | undefined;
  #hearers: ((frame: ReceivedFrame) => void)[] = [];

  private constructor(target: RtpTarget, socket: Socket, rtcpSocket: Socket, video: { codec: VideoCodec; decoder: VideoDecoder } | undefined) {
    this.target = target;
    this.#socket = socket;
    this.#video = video;
    socket.on("message", (datagram, from) => {
      this.#sender = from;
      if (isRtcp(datagram)) this.reports.push(datagram);
      else this.#receive(datagram);
    });
    rtcpSocket.on("message", (datagram) => this.reports.push(datagram));
  }

  static async open(kind: "video" | "sound", scope: Scope, codec: VideoCodec = "H264"): Promise<RtpListener> {
    const [socket, rtcpSocket] = await Promise.all([bind(scope), bind(scope)]);
    const target: RtpTarget = {
      ip: "127.0.0.1",
      port: socket.address().port,
      rtcpPort: rtcpSocket.address().port,
      ssrc: kind === "video" ? 0x0f00_0001 : 0x0f00_0002,
      payloadType: kind === "video" ? 102 : 111,
      extensions: { absCaptureTime: 1, transportWideCc: 2, ...(kind === "video" && { playoutDelay: 3 }) },
    };
    return new RtpListener(target, socket, rtcpSocket, kind === "video" ? { codec, decoder: openVideoDecoder(codec, scope) } : undefined);
  }

  /** The next frames, from now on, until `accept` says it has seen what it wants. */
  async until(accept: (frame: ReceivedFrame) => boolean): Promise<ReceivedFrame> {
    const seen = Promise.withResolvers<ReceivedFrame>();
    const hear = (frame: ReceivedFrame) => {
      try {
        if (accept(frame)) seen.resolve(frame);
      } catch (error) {
        seen.reject(error);
      }
    };
    this.#hearers.push(hear);
    try {
      return await withTimeout(seen.promise, WAIT_MS_MAX, "the frame that was waited for did not come");
    } finally {
      this.#hearers = this.#hearers.filter((other) => other !== hear);
    }
  }

  next(): Promise<ReceivedFrame> {
    return this.until(() => true);
  }

  /** From which port the stream came last. */
  get sourcePort(): number | undefined {
    return this.#sender?.port;
  }

  /** A picture loss indication, on the way back. */
  askForKeyframe(): void {
    const pli = Buffer.alloc(12);
    pli[0] = 0x81;
    pli[1] = 206;
    pli.writeUInt16BE(2, 2);
    pli.writeUInt32BE(this.target.ssrc, 8);
    if (this.#sender) this.#socket.send(pli, this.#sender.port, this.#sender.address);
  }

  #receive(datagram: Buffer): void {
    const packet = parsePacket(datagram);
    if (!packet) throw new Error("a datagram that is not RTP");
    // It only says from where the sequence goes on.
    if (packet.payload.length === 0) {
      this.#nextSequence = (packet.sequence + 1) & 0xffff;
      return;
    }
    this.packetsReceived++;
    if (this.#nextSequence !== undefined) this.packetsLost += (packet.sequence - this.#nextSequence) & 0xffff;
    this.#nextSequence = (packet.sequence + 1) & 0xffff;
    this.#packets.push(packet);
    if (this.#video && !packet.marker) return;
    const packets = this.#packets;
    this.#packets = [];
    const accessUnit = this.#video && DEPACKETISERS[this.#video.codec](packets.map(({ payload }) => payload));
    const frame: ReceivedFrame = {
      timestamp: packet.timestamp,
      packets,
      keyframe: this.#video !== undefined && accessUnit !== undefined && IS_KEYFRAME[this.#video.codec](accessUnit),
      picture: accessUnit && this.#video?.decoder.decode(accessUnit),
    };
    for (const hear of this.#hearers) hear(frame);
  }
}

async function bind(scope: Scope): Promise<Socket> {
  const socket = scope.own(createSocket("udp4"), (socket) => new Promise<void>((resolve) => void socket.close(resolve)));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
  return socket;
}

const IS_KEYFRAME: Readonly<Record<VideoCodec, (frame: Buffer) => boolean>> = {
  H264: (frame) => splitNalUnits(frame).some((unit) => nalType(unit) === NalType.idr),
  VP8: (frame) => ((frame[0] ?? 1) & 1) === 0,
  // A sequence header comes with each.
  AV1: (frame) => splitObus(frame).some(([header = 0]) => ((header >> 3) & 0x0f) === 1),
};
