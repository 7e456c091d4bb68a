import { expect, test } from "vitest";
import { takeSound } from "./known-round-trip.ts";

/** What mediasoup-client makes of an offer, shortened. */
const OFFER = [
  "v=0", "a=group:BUNDLE 0 1 2",
  "m=audio 7 UDP/TLS/RTP/SAVPF 111", "a=mid:0", "a=sendonly", "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1;sprop-stereo=1;stereo=1",
  "m=video 7 UDP/TLS/RTP/SAVPF 102 100", "a=mid:1", "a=sendonly", "a=rtpmap:102 H264/90000",
  "m=application 7 UDP/DTLS/SCTP webrtc-datachannel", "a=mid:2", "",
].join("\r\n");

test("the sound's section goes both ways, without transmission in silence, and nothing else changes", () => {
  expect(takeSound(OFFER)).toBe(
    OFFER.replace("a=mid:0\r\na=sendonly", "a=mid:0\r\na=sendrecv").replace("useinbandfec=1", "useinbandfec=1;usedtx=1"),
  );
});

test("a sound that is not offered now, as while it is stopped, stays as it is", () => {
  const stopped = OFFER.replaceAll("a=sendonly", "a=inactive");
  expect(takeSound(stopped)).not.toContain("sendrecv");
});
