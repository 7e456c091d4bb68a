// A session's router with its two sources. The pipeline sends plain RTP to
// loopback ports of the worker; every seat consumes it from the router.

import { randomInt } from "node:crypto";
import type { types } from "mediasoup";
import type { Scope } from "@nearframe/shared/lifetime";
import { AUDIO_CLOCK_RATE, EXTENSIONS, PayloadType, VIDEO_CLOCK_RATE } from "@nearframe/shared/media/profile";
import { ROUTER_CODECS, VIDEO_CODEC_PARAMETERS } from "@nearframe/shared/media/router-codecs";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { PipelineTraits, RtpTarget } from "../../../media/ports.ts";
import type { Room, RoomOptions } from "../../ports.ts";
import { openGuestSeat } from "./guest-seat.ts";
import { createMirror, shareMirror } from "./mirror.ts";
import { openSeat } from "./seat.ts";

export type RoomContext = RoomOptions & {
  worker: types.Worker;
  webRtcServer: types.WebRtcServer;
};

const LOOPBACK = "127.0.0.1";
const SSRC = { video: 0x0f00_0001, audio: 0x0f00_0002 } as const;
const CNAME = { video: "nearframe-video", audio: "nearframe-audio" } as const;

export async function createRoom(context: RoomContext, scope: Scope): Promise<Room> {
  const router = scope.own(await context.worker.createRouter({ mediaCodecs: [...ROUTER_CODECS] }), (router) =>
    router.close(),
  );
  const [direct, video, audio] = await Promise.all([
    router.createDirectTransport({ maxSendMessageSize: 64 * 1024, maxReceiveMessageSize: 64 * 1024 }),
    createSource(router, "video", context),
    createSource(router, "audio", context),
  ]);
  const seats = { router, direct, webRtcServer: context.webRtcServer };
  const sources = [video.producer, audio.producer];
  const wanted = new Set<() => void>();
  const mirror = shareMirror((mirrorScope) => createMirror(router, video.producer, () => wanted.forEach((tell) => tell()), mirrorScope), scope);
  const mirrored = async (seatScope: Scope) => [await mirror(seatScope), audio.producer];
  return {
    get video() {
      return video.target();
    },
    get audio() {
      return audio.target();
    },
    async interrupt() {
      // A stream that was paused is taken up at a keyframe, and its sequence numbers are
      // joined there: players see no gap, so they ask for nothing that nobody has.
      await Promise.all([video, audio].map(({ producer }) => producer.pause()));
      await Promise.all([video, audio].map(({ producer }) => producer.resume()));
    },
    openSeat: (options, events, seatScope) => openSeat({ ...seats, producers: sources }, options, events, seatScope),
    openGuestSeat: (options, events, seatScope) => openGuestSeat({ ...seats, sources, mirrored }, options, events, seatScope),
    onGuestKeyframeWanted: (listener) => void wanted.add(listener),
  };
}

async function createSource(router: types.Router, kind: "video" | "audio", { codec, traits }: RoomOptions) {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: "udp", ip: LOOPBACK, recvBufferSize: 4 * 1024 * 1024 },
    rtcpMux: traits.rtcpMux,
    // The first packet says where the pipeline is; only this machine can reach the port.
    comedia: true,
  });
  const producer = await transport.produce({ kind, rtpParameters: rtpParameters(kind, codec, traits) });
  const timestampOffset = randomInt(2 ** 32);
  const target = (): RtpTarget => {
    const { localPort, remotePort } = transport.tuple;
    return {
      ip: LOOPBACK,
      port: localPort,
      rtcpPort: transport.rtcpTuple?.localPort ?? localPort,
      ssrc: SSRC[kind],
      payloadType: kind === "video" ? PayloadType[codec] : PayloadType.audio,
      extensions: extensionsOf(kind, traits),
      timestampOffset,
      // 0 until the first packet came.
      ...(remotePort ? { sourcePort: remotePort } : {}),
    };
  };
  return { producer, target };
}

function rtpParameters(kind: "video" | "audio", codec: VideoCodec, traits: PipelineTraits): types.RtpParameters {
  const extensions = extensionsOf(kind, traits);
  return {
    codecs: [
      kind === "video"
        ? {
            mimeType: `video/${codec}`,
            clockRate: VIDEO_CLOCK_RATE,
            payloadType: PayloadType[codec],
            parameters: { ...VIDEO_CODEC_PARAMETERS[codec] },
            rtcpFeedback: [{ type: "nack", parameter: "pli" }, { type: "ccm", parameter: "fir" }],
          }
        : {
            mimeType: "audio/opus",
            clockRate: AUDIO_CLOCK_RATE,
            channels: 2,
            payloadType: PayloadType.audio,
            parameters: { useinbandfec: 1, "sprop-stereo": 1, stereo: 1, minptime: 10 },
          },
    ],
    headerExtensions: Object.entries(extensions).map(([name, id]) => ({
      uri: EXTENSIONS[name as keyof typeof EXTENSIONS].uri as types.RtpHeaderExtensionUri,
      id,
    })),
    encodings: [{ ssrc: SSRC[kind] }],
    rtcp: { cname: CNAME[kind], reducedSize: true },
  };
}

/**
 * Transport-wide sequence numbers toward the player are mediasoup's own; the
 * pipeline's would only make it answer a loopback socket with feedback.
 */
function extensionsOf(kind: "video" | "audio", traits: PipelineTraits): RtpTarget["extensions"] {
  if (!traits.stampsExtensions) return {};
  const absCaptureTime = EXTENSIONS.absCaptureTime.id;
  return kind === "video" ? { absCaptureTime, playoutDelay: EXTENSIONS.playoutDelay.id } : { absCaptureTime };
}
