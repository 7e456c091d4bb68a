// A node's offer as the SDP that a WebRTC stack wants to read. Pure.
//
// mediasoup speaks in parameters, not in SDP; in browsers mediasoup-client writes it.
// Here the few lines that a receiver needs are written directly: one bundled
// transport, the streams that come over it, and one section for data channels.

import type { TransportParameters } from "@nearframe/shared/protocol/media";
import * as z from "zod/mini";

const Token = z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/));
const Port = z.int().check(z.gte(1), z.lte(65_535));
const Ssrc = z.int().check(z.gte(0), z.lte(0xffff_ffff));

const Ice = z.looseObject({ usernameFragment: Token, password: Token });
const Candidate = z.looseObject({
  foundation: Token,
  priority: z.int(),
  ip: Token,
  protocol: z.enum(["udp", "tcp"]),
  port: Port,
  type: Token,
});
const Dtls = z.looseObject({ fingerprints: z.array(z.looseObject({ algorithm: Token, value: Token })).check(z.maxLength(16)) });
const Sctp = z.looseObject({ port: Port, maxMessageSize: z.int() });

/** What of mediasoup's `RtpParameters` a receiver goes by. */
export const RtpParameters = z.looseObject({
  codecs: z.array(z.looseObject({
    mimeType: Token,
    payloadType: z.int().check(z.gte(0), z.lte(127)),
    clockRate: z.int(),
    channels: z.optional(z.int()),
    parameters: z.optional(z.record(z.string(), z.union([z.string(), z.number()]))),
    rtcpFeedback: z.optional(z.array(z.looseObject({ type: Token, parameter: z.optional(z.string()) }))),
  })).check(z.minLength(1), z.maxLength(16)),
  headerExtensions: z.optional(z.array(z.looseObject({ uri: Token, id: z.int() }))),
  encodings: z.array(z.looseObject({ ssrc: Ssrc, rtx: z.optional(z.looseObject({ ssrc: Ssrc })) })).check(z.minLength(1)),
  rtcp: z.optional(z.looseObject({ cname: z.optional(Token) })),
});
export type RtpParameters = z.infer<typeof RtpParameters>;

export type RemoteStream = { kind: "audio" | "video"; rtp: RtpParameters };

/**
 * All codecs of a stream with the feedback of its first. Whether a receiver may ask for repairs and keyframes
 * werift reads off the lowest payload type, and that may be the repairs' own, which has none.
 */
export function shareFeedback(rtp: RtpParameters): RtpParameters {
  const rtcpFeedback = rtp.codecs[0]?.rtcpFeedback ?? [];
  return { ...rtp, codecs: rtp.codecs.map((codec) => ({ ...codec, rtcpFeedback })) };
}

/** Throws where the offer is not what a mediasoup node sends. */
export function remoteSdp(transport: TransportParameters, streams: readonly RemoteStream[]): string {
  const ice = z.parse(Ice, transport.iceParameters);
  const dtls = z.parse(Dtls, transport.dtlsParameters);
  const sctp = z.parse(Sctp, transport.sctpParameters);
  const candidates = transport.iceCandidates
    .map((candidate) => z.parse(Candidate, candidate))
    // UDP is how players play; TCP is a browser's last resort and would be another measurement.
    .filter(({ protocol }) => protocol === "udp")
    .map(({ foundation, priority, ip, port, type }) => `a=candidate:${foundation} 1 udp ${priority} ${ip} ${port} typ ${type}`);
  const common = (mid: number) => [
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    `a=ice-ufrag:${ice.usernameFragment}`,
    `a=ice-pwd:${ice.password}`,
    ...candidates,
    "a=end-of-candidates",
    ...dtls.fingerprints.map(({ algorithm, value }) => `a=fingerprint:${algorithm} ${value}`),
    "a=setup:actpass",
  ];
  const sections = [
    ...streams.map((stream, mid) => [...streamLines(stream), ...common(mid)]),
    [
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
      `a=sctp-port:${sctp.port}`,
      `a=max-message-size:${sctp.maxMessageSize}`,
      ...common(streams.length),
    ],
  ];
  const lines = [
    "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0", "a=ice-lite",
    `a=group:BUNDLE ${sections.map((_, mid) => mid).join(" ")}`,
    ...sections.flat(),
  ];
  return `${lines.join("\r\n")}\r\n`;
}

function streamLines({ kind, rtp }: RemoteStream): string[] {
  const cname = rtp.rtcp?.cname ?? "node";
  return [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${rtp.codecs.map(({ payloadType }) => payloadType).join(" ")}`,
    "a=sendonly",
    "a=rtcp-mux",
    ...rtp.codecs.flatMap(({ payloadType, mimeType, clockRate, channels, parameters, rtcpFeedback }) => [
      `a=rtpmap:${payloadType} ${mimeType.split("/")[1]}/${clockRate}${channels !== undefined && channels > 1 ? `/${channels}` : ""}`,
      ...formatParameters(payloadType, parameters ?? {}),
      ...(rtcpFeedback ?? []).map(({ type, parameter }) => `a=rtcp-fb:${payloadType} ${type}${parameter ? ` ${parameter}` : ""}`),
    ]),
    ...(rtp.headerExtensions ?? []).map(({ id, uri }) => `a=extmap:${id} ${uri}`),
    ...rtp.encodings.flatMap(({ ssrc, rtx }) => [
      ...(rtx ? [`a=ssrc-group:FID ${ssrc} ${rtx.ssrc}`] : []),
      ...[ssrc, ...(rtx ? [rtx.ssrc] : [])].map((each) => `a=ssrc:${each} cname:${cname}`),
    ]),
  ];
}

function formatParameters(payloadType: number, parameters: Readonly<Record<string, string | number>>): string[] {
  const list = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return list.length > 0 ? [`a=fmtp:${payloadType} ${list.join(";")}`] : [];
}
