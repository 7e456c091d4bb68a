// The media server between a pipeline and a player who is not there: RTP in as the pipeline
// sends it, SRTP out as a player gets it.

import * as mediasoup from "mediasoup";
import { preferProcess } from "@nearframe/edge-node/process/priority";
import type { Scope } from "@nearframe/shared/lifetime";
import { AUDIO_CLOCK_RATE, PayloadType, VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { ROUTER_CODECS, VIDEO_CODEC_PARAMETERS } from "@nearframe/shared/media/router-codecs";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";

export const LOOPBACK = "127.0.0.1";
export const SSRC = 0x0f00_0001;
const SRTP = { cryptoSuite: "AEAD_AES_128_GCM", keyBase64: Buffer.alloc(28, 7).toString("base64") } as const;

export async function startMediaServer(scope: Scope): Promise<mediasoup.types.Worker> {
  const worker = scope.own(await mediasoup.createWorker({ logLevel: "warn" }), (worker) => worker.close());
  preferProcess(worker.pid);
  return worker;
}

const AUDIO = { mimeType: "audio/opus", clockRate: AUDIO_CLOCK_RATE, channels: 2, payloadType: PayloadType.audio };

/** One producer, one consumer; the port to send to. */
export async function openHop(worker: mediasoup.types.Worker, codec: VideoCodec | "audio", receiverPort: number): Promise<number> {
  const router = await worker.createRouter({ mediaCodecs: [...ROUTER_CODECS] });
  const listenInfo = { protocol: "udp", ip: LOOPBACK, recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 } as const;
  const incoming = await router.createPlainTransport({ listenInfo, rtcpMux: true, comedia: true });
  const producer = await incoming.produce({
    kind: codec === "audio" ? "audio" : "video",
    rtpParameters: {
      codecs: [codec === "audio" ? AUDIO : {
        mimeType: `video/${codec}`, clockRate: VIDEO_CLOCK_RATE, payloadType: PayloadType[codec], parameters: { ...VIDEO_CODEC_PARAMETERS[codec] },
      }],
      encodings: [{ ssrc: SSRC }],
      rtcp: { cname: "bench" },
    },
  });
  const outgoing = await router.createPlainTransport({ listenInfo, rtcpMux: true, enableSrtp: true, srtpCryptoSuite: SRTP.cryptoSuite });
  await outgoing.connect({ ip: LOOPBACK, port: receiverPort, srtpParameters: SRTP });
  await outgoing.consume({ producerId: producer.id, rtpCapabilities: router.rtpCapabilities });
  return incoming.tuple.localPort;
}
