import { expect, test } from "vitest";
import { remoteSdp, shareFeedback, type RemoteStream } from "./remote-sdp.ts";

const TRANSPORT = {
  id: "t1",
  iceParameters: { usernameFragment: "ufrag", password: "secret", iceLite: true },
  iceCandidates: [
    { foundation: "udpcandidate", priority: 1_076_558_079, ip: "192.0.2.2", address: "192.0.2.2", protocol: "udp", port: 55_508, type: "host" },
    { foundation: "tcpcandidate", priority: 1_076_276_479, ip: "192.0.2.2", address: "192.0.2.2", protocol: "tcp", port: 29_098, type: "host", tcpType: "passive" },
  ],
  dtlsParameters: { fingerprints: [{ algorithm: "sha-256", value: "2E:4D" }], role: "auto" },
  sctpParameters: { port: 5_000, maxMessageSize: 65_536 },
};

const VIDEO: RemoteStream = {
  kind: "video",
  rtp: {
    codecs: [
      {
        mimeType: "video/H264", payloadType: 102, clockRate: 90_000, parameters: { "packetization-mode": 1, "profile-level-id": "42e01f" },
        rtcpFeedback: [{ type: "nack", parameter: "" }, { type: "nack", parameter: "pli" }, { type: "transport-cc", parameter: "" }],
      },
      { mimeType: "video/rtx", payloadType: 100, clockRate: 90_000, parameters: { apt: 102 }, rtcpFeedback: [] },
    ],
    headerExtensions: [{ uri: "urn:ietf:params:rtp-hdrext:sdes:mid", id: 1 }],
    encodings: [{ ssrc: 11, rtx: { ssrc: 12 } }],
    rtcp: { cname: "nearframe-video" },
  },
};

test("an offer is one bundled transport, its streams, and data channels", () => {
  const lines = remoteSdp(TRANSPORT, [VIDEO]).split("\r\n");
  expect(lines).toContain("a=group:BUNDLE 0 1");
  expect(lines).toContain("m=video 9 UDP/TLS/RTP/SAVPF 102 100");
  expect(lines).toContain("a=rtpmap:102 H264/90000");
  expect(lines).toContain("a=fmtp:102 packetization-mode=1;profile-level-id=42e01f");
  expect(lines).toContain("a=rtcp-fb:102 nack pli");
  expect(lines).toContain("a=rtcp-fb:102 nack");
  expect(lines).toContain("a=fmtp:100 apt=102");
  expect(lines).toContain("a=ssrc-group:FID 11 12");
  expect(lines).toContain("a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid");
  expect(lines).toContain("m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
  expect(lines.filter((line) => line === "a=ice-ufrag:ufrag")).toHaveLength(2);
});

test("only UDP is taken: TCP would be another measurement", () => {
  const candidates = remoteSdp(TRANSPORT, []).split("\r\n").filter((line) => line.startsWith("a=candidate"));
  expect(candidates).toEqual(["a=candidate:udpcandidate 1 udp 1076558079 192.0.2.2 55508 typ host"]);
});

test.each([
  ["a line break in a password", { ...TRANSPORT, iceParameters: { usernameFragment: "u", password: "p\r\na=ice-lite" } }],
  ["no data channels", { ...TRANSPORT, sctpParameters: undefined }],
  ["a port that is none", { ...TRANSPORT, iceCandidates: [{ ...TRANSPORT.iceCandidates[0], port: 0 }] }],
])("a node can't write lines of its own: %s is refused", (_, transport) => {
  expect(() => remoteSdp(transport as unknown as typeof TRANSPORT, [])).toThrow();
});

test("the repairs' payload type allows what the picture's does: asking for repairs and keyframes", () => {
  const lines = remoteSdp(TRANSPORT, [{ ...VIDEO, rtp: shareFeedback(VIDEO.rtp) }]).split("\r\n");
  for (const payloadType of [102, 100]) expect(lines).toContain(`a=rtcp-fb:${payloadType} nack pli`);
});
