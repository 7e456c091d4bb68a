import { expect, test } from "vitest";
import { thriftySound } from "./thrifty-sound.ts";

test("voices are one channel of 24 kbit/s that is silent in silence, and nothing else changes", () => {
  const sdp = [
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 63", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 minptime=10;useinbandfec=1",
    "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "",
  ].join("\r\n");
  const thrifty = thriftySound(sdp);
  expect(thrifty).toContain("a=fmtp:111 minptime=10;useinbandfec=1;maxaveragebitrate=24000;usedtx=1;stereo=0\r\n");
  expect(thrifty).toContain("a=fmtp:63 111/111\r\n");
  expect(thriftySound(thrifty)).toBe(thrifty);
});

test("a description without sound is left as it is", () => {
  const sdp = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n";
  expect(thriftySound(sdp)).toBe(sdp);
});
