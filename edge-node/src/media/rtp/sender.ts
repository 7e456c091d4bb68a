// Sends one RTP stream over a UDP socket of its own, and hears the RTCP that
// comes back on it. Knows payloads, not codecs.

import { type Socket, createSocket } from "node:dgram";
import { randomInt } from "node:crypto";
import type { Scope } from "@nearframe/shared/lifetime";
import { machineMs } from "../../input/mark.ts";
import type { RtpTarget } from "../ports.ts";
import { isRtcp, payloadBytesMax, writePacket } from "./packet.ts";
import type { Payload } from "./payload.ts";
import { asksForKeyframe, writeSenderReport } from "./rtcp.ts";

/** An IDR leaves at once as some 60 packets; the default buffer holds a third of that under load. */
const SEND_BUFFER_BYTES = 4 << 20;
const REPORT_INTERVAL_MS = 1_000;

export type RtpSenderOptions = {
  target: RtpTarget;
  clockRate: number;
  /** CNAME of the stream's reports. Streams that share one are played in sync, which costs latency. */
  canonicalName: string;
  /** See `wallOffsetMs`. */
  wallOffsetMs: number;
  /** Bytes of the largest packet, header and extensions included. */
  packetBytesMax?: number;
  onKeyframeRequest?(): void;
  onError(error: Error): void;
};

export type OutgoingFrame = {
  payloads: readonly Payload[];
  timestamp: number;
  capturedAtMs: number;
  /** Set on the last packet of a picture; sound has it on the first after a gap. */
  marker: "last" | "first" | "none";
};

export class RtpSender {
  readonly payloadBytesMax: number;
  readonly #options: RtpSenderOptions;
  readonly #socket: Socket;
  #sequence = randomInt(0x10000);
  #transportSequence = 0;
  #packetsSent = 0;
  #payloadBytesSent = 0;
  #last: { timestamp: number; capturedAtMs: number } | undefined;

  private constructor(options: RtpSenderOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.payloadBytesMax = payloadBytesMax(options.target.extensions, options.packetBytesMax);
  }

  static async open(options: RtpSenderOptions, scope: Scope): Promise<RtpSender> {
    const { target, onKeyframeRequest, onError } = options;
    const socket = createSocket("udp4");
    scope.own(socket, () => new Promise<void>((resolve) => void socket.close(resolve)));
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ port: target.sourcePort ?? 0, exclusive: true }, () => {
        socket.connect(target.port, target.ip, () => {
          socket.off("error", reject);
          resolve();
        });
      });
    });
    socket.setSendBufferSize(SEND_BUFFER_BYTES);
    socket.on("error", (error: NodeJS.ErrnoException) => {
      // The far port is not bound yet, or not any more. Its owner knows; the frames are lost either way.
      if (error.code !== "ECONNREFUSED") onError(error);
    });
    const sender = new RtpSender(options, socket);
    socket.on("message", (datagram) => {
      if (isRtcp(datagram) && asksForKeyframe(datagram, target.ssrc)) onKeyframeRequest?.();
    });
    const reports = setInterval(() => sender.#report(), REPORT_INTERVAL_MS);
    scope.own(reports, clearInterval);
    if (target.sourcePort !== undefined) sender.#announceJump();
    return sender;
  }

  /**
   * A stream that is taken over goes on at another sequence number. Receivers drop the
   * first packet of such a jump and believe the second (RFC 3550, A.1), so the first
   * is one without content: the beginning of a keyframe would be missed.
   */
  #announceJump(): void {
    const { target } = this.#options;
    const fields = { payloadType: target.payloadType, sequence: this.#sequence, timestamp: 0, ssrc: target.ssrc, marker: false };
    this.#socket.send(writePacket(fields, {}, { transportSequence: 0, frame: undefined }, []));
    this.#sequence = (this.#sequence + 1) & 0xffff;
  }

  /** Sends every packet of a frame and returns the bytes of its payloads. */
  send(frame: OutgoingFrame): number {
    const { target, wallOffsetMs } = this.#options;
    const lastIndex = frame.payloads.length - 1;
    let payloadBytes = 0;
    frame.payloads.forEach((payload, index) => {
      const packet = writePacket(
        {
          payloadType: target.payloadType,
          sequence: this.#sequence,
          timestamp: frame.timestamp,
          ssrc: target.ssrc,
          marker: (frame.marker === "last" && index === lastIndex) || (frame.marker === "first" && index === 0),
        },
        target.extensions,
        {
          transportSequence: this.#transportSequence,
          frame: index === 0 ? { capturedAtWallMs: frame.capturedAtMs + wallOffsetMs } : undefined,
        },
        payload,
      );
      this.#socket.send(packet);
      this.#sequence = (this.#sequence + 1) & 0xffff;
      this.#transportSequence = (this.#transportSequence + 1) & 0xffff;
      for (const part of payload) payloadBytes += part.length;
    });
    const first = this.#packetsSent === 0;
    this.#packetsSent += frame.payloads.length;
    this.#payloadBytesSent += payloadBytes;
    this.#last = { timestamp: frame.timestamp, capturedAtMs: frame.capturedAtMs };
    // The first report at once: until it comes, a receiver can't place the stream in time.
    if (first) this.#report();
    return payloadBytes;
  }

  #report(): void {
    if (!this.#last) return;
    const { target, clockRate, wallOffsetMs } = this.#options;
    const nowMs = machineMs();
    const sinceLast = Math.round(((nowMs - this.#last.capturedAtMs) * clockRate) / 1000);
    this.#socket.send(
      writeSenderReport(
        {
          ssrc: target.ssrc,
          wallMs: nowMs + wallOffsetMs,
          timestamp: this.#last.timestamp + sinceLast,
          packetsSent: this.#packetsSent,
          payloadBytesSent: this.#payloadBytesSent,
        },
        this.#options.canonicalName,
      ),
    );
  }
}
