// A path over werift, a WebRTC stack in TypeScript: ICE, DTLS, SRTP, SCTP, and the
// feedback that a sender steers by. What it does not do, such as decoding, is not
// wanted of it (docs/adr/0006-checker-client.md).

import { candidatePriority, classes, Message, methods, RTCPeerConnection, RTCRtpCodecParameters, UdpTransport, type RTCDataChannel } from "werift";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import { Channel } from "@nearframe/shared/media/profile";
import { VIDEO_CODECS, type VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { Offer, TransportParameters } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";
import type { CallNode, OpenPath, PathEvents, SentLabel } from "../../ports.ts";
import { remoteSdp, RtpParameters, shareFeedback, type RemoteStream } from "../../remote-sdp.ts";

/** What a browser gives up after, too. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Newest wins: what waits behind more than this is old. */
const WAITING_BYTES_MAX = 16 * 1024;

const SctpStream = z.looseObject({
  streamId: z.int(),
  ordered: z.optional(z.boolean()),
  maxRetransmits: z.optional(z.int()),
});

export const openPath: OpenPath = async (offer, call, events, scope) => {
  const streams = offer.media.map(({ kind, rtpParameters }): RemoteStream => ({ kind, rtp: shareFeedback(z.parse(RtpParameters, rtpParameters)) }));
  const video = streams.find(({ kind }) => kind === "video");
  const mimeType = video?.rtp.codecs[0]?.mimeType;
  const codec = VIDEO_CODECS.find((name) => mimeType?.toLowerCase() === `video/${name.toLowerCase()}`);
  if (codec === undefined) throw new Error(`this checker reads ${VIDEO_CODECS.join(", ")}, and the node offers ${mimeType ?? "no picture"}`);

  const [receive, send] = await Promise.all([
    connect(offer.receive, streams, call, events, scope),
    connect(offer.send, [], call, events, scope),
  ]);
  hearMedia(receive, streams, codec, events);
  hearData(receive, offer, events);

  await Promise.all([opened(receive, "receive"), opened(send, "send")]);
  roomToWait(receive);

  const outgoing = new Map<SentLabel, RTCDataChannel>();
  const ssrc = video?.rtp.encodings[0]?.ssrc ?? 0;
  const receiver = receive.getTransceivers().find(({ kind }) => kind === "video")?.receiver;
  return {
    async openChannels(labels) {
      await Promise.all(labels.map(async (label) => {
        const streamId = outgoing.size;
        const reliability = RELIABLE.has(label) ? { ordered: true } : { ordered: false, maxRetransmits: 0 };
        outgoing.set(label, send.createDataChannel(label, { negotiated: true, id: streamId, ...reliability }));
        await call({ call: "data.produce", transportId: offer.send.id, label, sctpStreamParameters: { streamId, ...reliability } });
      }));
    },
    send(label, data) {
      const channel = outgoing.get(label);
      if (!channel || scope.closed || channel.readyState !== "open" || channel.bufferedAmount > WAITING_BYTES_MAX) return false;
      channel.send(typeof data === "string" ? data : Buffer.from(data));
      return true;
    },
    bindingMs: () => bindingMs(send),
    requestKeyframe() {
      // It may be lost like any packet: whoever waits asks again.
      void receiver?.sendRtcpPLI(ssrc).catch(() => undefined);
    },
  };
};

const RELIABLE: ReadonlySet<SentLabel> = new Set([Channel.inputEdges, Channel.control]);

async function connect(
  transport: TransportParameters, streams: readonly RemoteStream[],
  call: CallNode, events: PathEvents, scope: Scope,
): Promise<RTCPeerConnection> {
  const peer = scope.own(
    new RTCPeerConnection({
      iceServers: [],
      bundlePolicy: "max-bundle",
      codecs: { audio: codecsOf(streams, "audio"), video: codecsOf(streams, "video") },
      headerExtensions: { audio: extensionsOf(streams, "audio"), video: extensionsOf(streams, "video") },
    }),
    (peer) => peer.close(),
  );
  peer.connectionStateChange.subscribe((state) => {
    if (!scope.closed && (state === "failed" || state === "disconnected")) events.onLost(`the media path ${state}`);
  });
  await peer.setRemoteDescription({ type: "offer", sdp: remoteSdp(transport, streams) });
  // A node's media port is public, so nobody has to tell this end its own address. Left as it is, werift
  // asks a public STUN server, and waits five seconds where that does not answer.
  for (const { connection } of peer.iceTransports) delete connection.stunServer;
  await peer.setLocalDescription(await peer.createAnswer());
  const [dtls] = peer.dtlsTransports;
  const fingerprints = dtls?.localParameters.fingerprints.map(({ algorithm, value }) => ({ algorithm, value })) ?? [];
  await call({ call: "transport.connect", transportId: transport.id, dtlsParameters: { role: "client", fingerprints } });
  return peer;
}

function codecsOf(streams: readonly RemoteStream[], kind: "audio" | "video"): RTCRtpCodecParameters[] {
  return streams.filter((stream) => stream.kind === kind).flatMap(({ rtp }) => rtp.codecs).map(
    ({ mimeType, clockRate, payloadType, channels, parameters, rtcpFeedback }) => new RTCRtpCodecParameters({
      mimeType, clockRate, payloadType,
      ...(channels === undefined ? {} : { channels }),
      rtcpFeedback: (rtcpFeedback ?? []).map(({ type, parameter }) => (parameter ? { type, parameter } : { type })),
      parameters: Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${value}`).join(";"),
    }),
  );
}

const extensionsOf = (streams: readonly RemoteStream[], kind: "audio" | "video") =>
  streams.filter((stream) => stream.kind === kind).flatMap(({ rtp }) => rtp.headerExtensions ?? []).map(({ uri, id }) => ({ uri, id }));

function hearMedia(peer: RTCPeerConnection, streams: readonly RemoteStream[], codec: VideoCodec, events: PathEvents): void {
  const kinds = new Map(streams.flatMap(({ kind, rtp }) => rtp.encodings.map(({ ssrc }) => [ssrc, kind] as const)));
  for (const dtls of peer.dtlsTransports) {
    dtls.onRtp.subscribe(({ header, payload }) => {
      events.onWirePacket({
        kind: kinds.get(header.ssrc) ?? "other", sequence: header.sequenceNumber, bytes: header.serializeSize + payload.length,
      });
    });
  }
  for (const { kind, receiver } of peer.getTransceivers()) {
    for (const track of receiver.tracks) {
      track.onReceiveRtp.subscribe(({ header, payload }) => {
        if (kind !== "audio" && kind !== "video") return;
        const { sequenceNumber: sequence, timestamp, marker } = header;
        events.onRtp({ kind, codec: kind === "video" ? codec : undefined, sequence, timestamp, marker, payload });
      });
    }
  }
}

function hearData(peer: RTCPeerConnection, offer: Offer, events: PathEvents): void {
  for (const { label, protocol, sctpStreamParameters } of offer.data) {
    const { streamId, ordered = true, maxRetransmits } = z.parse(SctpStream, sctpStreamParameters);
    const channel = peer.createDataChannel(label, {
      negotiated: true, id: streamId, protocol, ordered, ...(maxRetransmits === undefined ? {} : { maxRetransmits }),
    });
    channel.onMessage.subscribe((message) => {
      if (typeof message === "string") {
        if (label === Channel.control) events.onControl(message);
        return;
      }
      if (label === Channel.frames) events.onFrameMark(message);
      if (label === Channel.probe) events.onProbe(message);
    });
  }
}

/**
 * A keyframe is a hundred packets at once, and the system's usual buffer holds as many: they come
 * while the last picture is decoded, and what is lost then would be taken for the path's loss.
 */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

function roomToWait(peer: RTCPeerConnection): void {
  for (const { connection } of peer.iceTransports) {
    const { protocol } = connection.nominated ?? {};
    // Host candidates have a socket of their own; a relay's would be TURN's.
    if (protocol && "transport" in protocol && protocol.transport instanceof UdpTransport) {
      protocol.transport.socket.setRecvBufferSize(RECEIVE_BUFFER_BYTES);
    }
  }
}

const BINDING_MS_MAX = 1_000;

/** What an end that checks whether its path still carries sends now and then anyway (RFC 7675). */
async function bindingMs(peer: RTCPeerConnection): Promise<number | undefined> {
  const [connection] = peer.iceTransports.map((transport) => transport.connection);
  const nominated = connection?.nominated;
  if (!nominated) return undefined;
  const request = new Message(methods.BINDING, classes.REQUEST);
  request.setAttribute("USERNAME", `${connection.remoteUsername}:${connection.localUsername}`);
  request.setAttribute("PRIORITY", candidatePriority("prflx"));
  request.setAttribute("ICE-CONTROLLING", BigInt(1));
  const sentAtMs = performance.now();
  try {
    await withTimeout(nominated.protocol.request(request, nominated.remoteAddr, Buffer.from(connection.remotePassword), 0), BINDING_MS_MAX, "no answer");
    return performance.now() - sentAtMs;
  } catch {
    return undefined;
  }
}

function opened(peer: RTCPeerConnection, which: string): Promise<void> {
  const connected = new Promise<void>((resolve, reject) => {
    const look = (state: string) => {
      if (state === "connected") resolve();
      if (state === "failed" || state === "closed") reject(new Error(`the ${which} transport ${state}`));
    };
    look(peer.connectionState);
    peer.connectionStateChange.subscribe(look);
  });
  return withTimeout(connected, CONNECT_TIMEOUT_MS, `the ${which} transport did not come up`);
}
