// The SDP of a mediasoup transport that sends one video, and the part of a
// browser's answer that the transport needs. The second section takes the padding
// that mediasoup probes with (SSRC 1234); without it a browser drops those packets.

import type { types } from "mediasoup";

const PROBATOR = { mid: "probator", ssrc: 1234, payloadType: 127 };

export function makeOffer(
  transport: types.WebRtcTransport,
  consumer: types.Consumer,
  candidates: readonly types.IceCandidate[],
): string {
  const { iceParameters, dtlsParameters } = transport;
  const fingerprint = dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === "sha-256");
  if (!fingerprint) throw new Error("the media server has no SHA-256 fingerprint");
  const { codecs, encodings = [], headerExtensions = [] } = consumer.rtpParameters;
  const [codec, rtx] = codecs;
  const ssrc = encodings[0]?.ssrc;
  const rtxSsrc = encodings[0]?.rtx?.ssrc;
  const extensions = headerExtensions.map(({ id, uri }) => `a=extmap:${id} ${uri}`);
  const section = (mid: string, payloadTypes: readonly (number | undefined)[]) => [
    `m=video 7 UDP/TLS/RTP/SAVPF ${payloadTypes.join(" ")}`,
    "c=IN IP4 127.0.0.1",
    `a=mid:${mid}`,
    "a=sendonly",
    "a=rtcp-mux",
    "a=rtcp-rsize",
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    ...candidates.map(
      ({ foundation, priority, ip, port }) => `a=candidate:${foundation} 1 udp ${priority} ${ip} ${port} typ host`,
    ),
    "a=end-of-candidates",
    `a=fingerprint:sha-256 ${fingerprint.value}`,
    "a=setup:actpass",
    ...extensions,
  ];
  const feedback = (payloadType: number | undefined) =>
    ["transport-cc", "nack", "nack pli", "ccm fir"].map((kind) => `a=rtcp-fb:${payloadType} ${kind}`);
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=ice-lite",
    `a=group:BUNDLE 0 ${PROBATOR.mid}`,
    ...section("0", [codec?.payloadType, rtx?.payloadType]),
    `a=rtpmap:${codec?.payloadType} VP8/90000`,
    ...feedback(codec?.payloadType),
    `a=rtpmap:${rtx?.payloadType} rtx/90000`,
    `a=fmtp:${rtx?.payloadType} apt=${codec?.payloadType}`,
    `a=ssrc-group:FID ${ssrc} ${rtxSsrc}`,
    `a=ssrc:${ssrc} cname:measure`,
    `a=ssrc:${rtxSsrc} cname:measure`,
    ...section(PROBATOR.mid, [PROBATOR.payloadType]),
    `a=rtpmap:${PROBATOR.payloadType} VP8/90000`,
    ...feedback(PROBATOR.payloadType),
    `a=ssrc:${PROBATOR.ssrc} cname:probator`,
    "",
  ].join("\r\n");
}

/** Who the browser says it is. */
export function readDtls(answer: string): types.DtlsParameters {
  const value = /a=fingerprint:sha-256 (\S+)/.exec(answer)?.[1];
  if (value === undefined) throw new Error("the browser's answer has no SHA-256 fingerprint");
  return { role: "client", fingerprints: [{ algorithm: "sha-256", value }] };
}
