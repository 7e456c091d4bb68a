import { Device } from "@nearframe/shared/protocol/client-to-server";
import * as z from "zod/mini";
import { expect, test } from "vitest";
import { commonPhone, makeId } from "./phone.ts";

/** What Chromium, as a Pixel 7, sent through our page; without AV1. */
const RECORDED =
  '{"codecs":[{"kind":"audio","mimeType":"audio/opus","preferredPayloadType":111,"clockRate":48000,"channels":2,"parameters":{"minptime":10,"useinbandfec":1},"rtcpFeedback":[{"type":"transport-cc","parameter":""},{"type":"nack","parameter":""}]},{"kind":"video","mimeType":"video/H264","preferredPayloadType":102,"clockRate":90000,"parameters":{"level-asymmetry-allowed":1,"packetization-mode":1,"profile-level-id":"42e01f"},"rtcpFeedback":[{"type":"goog-remb","parameter":""},{"type":"transport-cc","parameter":""},{"type":"ccm","parameter":"fir"},{"type":"nack","parameter":""},{"type":"nack","parameter":"pli"}]},{"kind":"video","mimeType":"video/rtx","preferredPayloadType":100,"clockRate":90000,"parameters":{"apt":102},"rtcpFeedback":[]},{"kind":"video","mimeType":"video/VP8","preferredPayloadType":103,"clockRate":90000,"parameters":{},"rtcpFeedback":[{"type":"goog-remb","parameter":""},{"type":"transport-cc","parameter":""},{"type":"ccm","parameter":"fir"},{"type":"nack","parameter":""},{"type":"nack","parameter":"pli"}]},{"kind":"video","mimeType":"video/rtx","preferredPayloadType":101,"clockRate":90000,"parameters":{"apt":103},"rtcpFeedback":[]}],"headerExtensions":[{"kind":"video","uri":"urn:ietf:params:rtp-hdrext:sdes:mid","preferredId":1,"preferredEncrypt":false,"direction":"sendrecv"},{"kind":"video","uri":"http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time","preferredId":4,"preferredEncrypt":false,"direction":"sendrecv"},{"kind":"video","uri":"http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01","preferredId":5,"preferredEncrypt":false,"direction":"sendrecv"},{"kind":"video","uri":"http://www.webrtc.org/experiments/rtp-hdrext/playout-delay","preferredId":11,"preferredEncrypt":false,"direction":"sendrecv"}]}';

test("the phone says of itself what a page says, to the letter", () => {
  const phone = commonPhone();
  expect(z.safeParse(Device, phone).success).toBe(true);
  expect(JSON.stringify(phone.rtpCapabilities)).toBe(RECORDED);
});

test("a device for one codec says that it has no other", () => {
  const device = commonPhone("AV1");
  expect(z.safeParse(Device, device).success).toBe(true);
  expect(device.decoders?.map(({ codec }) => codec)).toEqual(["AV1"]);
  expect(JSON.stringify(device.rtpCapabilities).match(/video\/\w+/g)).toEqual(["video/AV1", "video/rtx"]);
});

test("ids look like a page's, and are never the same", () => {
  expect(makeId()).toMatch(/^\d+-\d+-\d+-\d+$/);
  expect(makeId()).not.toBe(makeId());
});
