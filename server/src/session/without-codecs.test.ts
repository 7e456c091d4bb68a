import { expect, test } from "vitest";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import { withoutCodecs } from "./without-codecs.ts";

const described = (name: string, payloadType: number) => [
  { kind: "video", mimeType: `video/${name}`, preferredPayloadType: payloadType },
  { kind: "video", mimeType: "video/rtx", preferredPayloadType: payloadType + 50, parameters: { apt: payloadType } },
];
const opus = { kind: "audio", mimeType: "audio/opus", preferredPayloadType: 111 };
const device: Device = {
  screen: { width: 1, height: 1, pixelRatio: 1 }, touch: false,
  rtpCapabilities: { codecs: [opus, ...described("H264", 102), ...described("VP8", 103), ...described("AV1", 104)], headerExtensions: [] },
  decoders: [{ codec: "H264", smooth: true, powerEfficient: true }, { codec: "AV1", smooth: true, powerEfficient: true }],
};

test("a node is told nothing of codecs that it was not seen to play, nor of their repairs", () => {
  const told = withoutCodecs(device, ["AV1", "VP8"]);
  expect(told).toEqual({ ...device, rtpCapabilities: { codecs: [opus, ...described("H264", 102)], headerExtensions: [] }, decoders: [device.decoders?.[0]] });
  expect(withoutCodecs({ ...device, decoders: undefined }, ["AV1"])).not.toHaveProperty("decoders.0");
});

test("of everything, where nothing would be left, where none is wanting, and of what can't be read", () => {
  for (const unplayed of [[], ["H264", "VP8", "AV1"]] as const) expect(withoutCodecs(device, unplayed)).toBe(device);
  const odd = { ...device, rtpCapabilities: { codecs: "all" } };
  expect(withoutCodecs(odd, ["AV1"])).toBe(odd);
  expect(withoutCodecs({ ...device, rtpCapabilities: { codecs: [7, ...described("H264", 102)] } }, ["AV1"]).rtpCapabilities).toEqual({ codecs: [7, ...described("H264", 102)] });
});
