import { describe, expect, it } from "vitest";
import { randomBytes, seededRandom } from "../testing/random.ts";
import { readNtp } from "./ntp.ts";
import { isRtcp } from "./packet.ts";
import { asksForKeyframe, writeSenderReport } from "./rtcp.ts";

const SSRC = 0x0f000001;
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

const pli = hex("81ce0002 00000001 0f000001");
const pliForAnother = hex("81ce0002 00000001 0f000002");
const fir = hex("84ce0006 00000001 00000000 0f000009 01000000 0f000001 02000000");
const receiverReport = hex("81c90007 00000001 0f000001 00000000 00000000 00000000 00000000 00000000");
const nack = hex("81cd0003 00000001 0f000001 00050000");

describe("a request for a keyframe", () => {
  it.each([
    ["a picture loss indication", pli, true],
    ["one for another stream", pliForAnother, false],
    ["a full intra request, with our stream second", fir, true],
    ["a receiver report", receiverReport, false],
    ["a NACK, which has the same format number as a PLI", nack, false],
    ["a compound with the PLI last", Buffer.concat([receiverReport, nack, pli]), true],
    ["a PLI cut short", pli.subarray(0, 11), false],
    ["a PLI after a packet that claims to be longer than the datagram", Buffer.concat([hex("81c9ffff 00000001 00000000"), pli]), false],
    ["nothing", Buffer.alloc(0), false],
  ])("%s", (_what, compound, asks) => {
    expect(asksForKeyframe(compound, SSRC)).toBe(asks);
  });

  it("is never found by throwing, whatever arrives", () => {
    const random = seededRandom(3);
    const seeds = [pli, fir, receiverReport, Buffer.concat([receiverReport, pli])];
    for (let round = 0; round < 10_000; round++) {
      const noise = round % 2 ? randomBytes(random, Math.floor(random() * 80)) : Buffer.from(seeds[round % 4] ?? pli);
      for (let flips = 0; flips < 3; flips++) noise[Math.floor(random() * noise.length)] = Math.floor(random() * 256);
      expect(() => asksForKeyframe(noise.subarray(0, Math.ceil(random() * noise.length)), SSRC)).not.toThrow();
    }
  });
});

describe("a sender report", () => {
  const report = writeSenderReport(
    { ssrc: SSRC, wallMs: 1_767_225_600_000, timestamp: 0x1_0000_0005, packetsSent: 3, payloadBytesSent: 3000 },
    "nearframe-video",
  );

  it("says one instant on both clocks, and what was sent", () => {
    expect(isRtcp(report)).toBe(true);
    expect(report.subarray(0, 8)).toEqual(hex("80c80006 0f000001"));
    expect(readNtp(report, 8)).toBe(1_767_225_600_000);
    expect(report.subarray(16, 28)).toEqual(hex("00000005 00000003 00000bb8"));
  });

  it("names its source, padded to a word with at least one zero", () => {
    expect(report.subarray(28, 36)).toEqual(hex("81ca0006 0f000001"));
    expect(report.subarray(36, 38)).toEqual(hex("010f"));
    expect(report.subarray(38, 53).toString()).toBe("nearframe-video");
    expect(report.length).toBe(28 + (6 + 1) * 4);
    expect(report.subarray(53)).toEqual(Buffer.alloc(3));
  });
});
