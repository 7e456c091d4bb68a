import { describe, expect, test } from "vitest";
import type { Decoder, VideoCodec } from "@nearframe/shared/media/video-codecs";
import { type PlayersDevice, type TriedEncoder, chooseCodec } from "./choose-codec.ts";
import { KNOWN_ENCODERS, type VideoEncoderName } from "./known-encoders.ts";

const ALL: readonly VideoCodec[] = ["H264", "VP8", "AV1"];
const P720 = { size: { width: 1280, height: 720 }, fps: 60, codecs: ALL };
const P1080 = { ...P720, size: { width: 1920, height: 1080 } };

/** An encoder that takes so long for a frame of 720 lines, and 2.25 times that for 1080. */
function tried(name: VideoEncoderName, ms = 4): TriedEncoder {
  const { codec, hardware } = KNOWN_ENCODERS[name];
  const speed = (frameMs: number) => ({ frameMsP50: frameMs, frameMsP95: frameMs * 1.5, fpsMax: Math.floor(1000 / frameMs) });
  return { name, codec, hardware, opened: true, at720p: speed(ms), at1080p: speed(ms * 2.25) };
}

const refused = (name: VideoEncoderName): TriedEncoder => ({
  name, codec: KNOWN_ENCODERS[name].codec, hardware: KNOWN_ENCODERS[name].hardware, opened: false, reason: "no such device",
});

/** A device that receives what `codecs` names: "hardware", "software", or "slow". */
function device(codecs: Partial<Record<VideoCodec, "hardware" | "software" | "slow">>): PlayersDevice {
  const entries = Object.entries(codecs) as [VideoCodec, string][];
  return {
    rtpCapabilities: { codecs: [{ mimeType: "audio/opus" }, ...entries.map(([codec]) => ({ mimeType: `video/${codec}` })), { mimeType: "video/rtx" }] },
    decoders: entries.map(([codec, how]): Decoder => ({ codec, smooth: how !== "slow", powerEfficient: how === "hardware" })),
  };
}

const CPU_NODE = [tried("x264", 4), tried("vpx-vp8", 9), tried("svt-av1", 18), refused("nvenc-h264"), refused("openh264")];
const GPU_NODE = [tried("nvenc-h264", 3), tried("nvenc-av1", 3), ...CPU_NODE.slice(0, 3)];

describe("the codec of a session", () => {
  test.each([
    ["H.264 for a browser that does everything in software", device({ H264: "software", VP8: "software", AV1: "software" }), CPU_NODE, "H264"],
    ["H.264 for a phone", device({ H264: "hardware", VP8: "hardware" }), CPU_NODE, "H264"],
    ["H.264 for a new phone on a node without a graphics card", device({ H264: "hardware", AV1: "hardware" }), CPU_NODE, "H264"],
    ["AV1 where both ends have it in hardware", device({ H264: "hardware", VP8: "software", AV1: "hardware" }), GPU_NODE, "AV1"],
    ["H.264 where the device would decode AV1 in software", device({ H264: "hardware", AV1: "software" }), GPU_NODE, "H264"],
    ["VP8 for a browser without H.264", device({ VP8: "software", AV1: "software" }), CPU_NODE, "VP8"],
    ["VP8 where only that is decoded in hardware", device({ H264: "software", VP8: "hardware" }), CPU_NODE, "VP8"],
    ["what the device keeps up with", device({ H264: "slow", VP8: "software" }), CPU_NODE, "VP8"],
    ["AV1 where there is nothing else", device({ AV1: "software" }), CPU_NODE, "AV1"],
    ["H.264 where nothing keeps up", device({ H264: "slow", VP8: "slow" }), CPU_NODE, "H264"],
  ])("is %s", (_what, device, node, codec) => {
    expect(chooseCodec(device, node, P720)?.codec).toBe(codec);
  });

  test("is one whose encoder keeps up with the title's size and rate", () => {
    const both = device({ H264: "software", VP8: "hardware" });
    // 9 ms at 720 lines is 20 at 1080: too slow for 60 a second, fast enough for 30.
    expect(chooseCodec(both, CPU_NODE, P1080)?.codec).toBe("H264");
    expect(chooseCodec(both, CPU_NODE, { ...P1080, fps: 30 })?.codec).toBe("VP8");
  });

  test("is one that the pipeline can code", () => {
    expect(chooseCodec(device({ AV1: "hardware", H264: "hardware" }), GPU_NODE, { ...P720, codecs: ["H264"] })?.codec).toBe("H264");
    expect(chooseCodec(device({ VP8: "hardware" }), CPU_NODE, { ...P720, codecs: ["H264"] })).toBeUndefined();
  });

  test("is none where the ends have none in common", () => {
    expect(chooseCodec(device({}), CPU_NODE, P720)).toBeUndefined();
    expect(chooseCodec(device({ H264: "hardware" }), [refused("x264")], P720)).toBeUndefined();
  });

  test("is H.264 for a player who says nothing of its decoders", () => {
    const { rtpCapabilities } = device({ H264: "hardware", VP8: "hardware", AV1: "hardware" });
    expect(chooseCodec({ rtpCapabilities }, GPU_NODE, P720)?.codec).toBe("H264");
  });

  test.each([[{}], [{ codecs: "all" }], [{ codecs: [null, 7, {}] }]])("is none for capabilities that are none: %o", (rtpCapabilities) => {
    expect(chooseCodec({ rtpCapabilities }, CPU_NODE, P720)).toBeUndefined();
  });
});

describe("its encoders", () => {
  test("are those that opened, hardware first", () => {
    const node = [tried("x264"), refused("openh264"), tried("vaapi-h264"), tried("nvenc-h264")];
    expect(chooseCodec(device({ H264: "hardware" }), node, P720)?.encoders).toEqual(["nvenc-h264", "vaapi-h264", "x264"]);
  });

  test("are those that keep up before those that don't", () => {
    const node = [tried("vulkan-h264", 40), tried("x264", 4)];
    expect(chooseCodec(device({ H264: "hardware" }), node, P720)?.encoders).toEqual(["x264", "vulkan-h264"]);
  });
});
