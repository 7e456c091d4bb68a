import { describe, expect, it } from "vitest";
import { randomBytes, seededRandom } from "../testing/random.ts";
import { depacketiseH264 } from "./h264-depacketiser.ts";
import { packetiseH264, splitNalUnits } from "./h264.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const flat = (payloads: ReturnType<typeof packetiseH264>) => payloads.map((parts) => Buffer.concat(parts));

describe("splitting an Annex B stream", () => {
  it("takes three-byte and four-byte start codes", () => {
    const units = splitNalUnits(bytes("00000001 6742 000001 68ce 00000001 65aabb"));
    expect(units.map((unit) => unit.toString("hex"))).toEqual(["6742", "68ce", "65aabb"]);
  });

  it("gives nothing for a stream without a start code, or with nothing after it", () => {
    expect(splitNalUnits(bytes("aabbcc"))).toEqual([]);
    expect(splitNalUnits(bytes("00000001"))).toEqual([]);
  });
});

describe("packetising an access unit", () => {
  it("sends a unit that fits as it is", () => {
    expect(flat(packetiseH264(bytes("00000001 41aabbcc"), 1200))).toEqual([bytes("41aabbcc")]);
  });

  it("puts parameter sets into one STAP-A, with the highest importance among them", () => {
    const [stapA, ...rest] = flat(packetiseH264(bytes("00000001 274201 00000001 68ce 00000001 05"), 11));
    expect(stapA).toEqual(bytes("78 0003 274201 0002 68ce"));
    expect(rest).toEqual([bytes("05")]);
  });

  it("cuts a large unit into FU-As of one size, marking the first and the last", () => {
    expect(flat(packetiseH264(bytes("00000001 65 010203040506 07"), 6))).toEqual([
      bytes("7c 85 01020304"),
      bytes("7c 45 050607"),
    ]);
  });

  it("leaves out delimiters and filler, which RTP does not need", () => {
    expect(flat(packetiseH264(bytes("00000001 09f0 00000001 41aa 00000001 0cffff"), 1200))).toEqual([bytes("41aa")]);
  });

  it("gives back the same units, never above the limit, whatever the sizes", () => {
    const random = seededRandom(20_260_801);
    for (let round = 0; round < 300; round++) {
      const payloadBytesMax = 8 + Math.floor(random() * 1200);
      const units = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const body = randomBytes(random, 1 + Math.floor(random() * (random() < 0.2 ? 20_000 : 300)));
        // Emulation prevention: no start code inside, no zero at the end.
        const unit = Buffer.from(body.map((byte) => byte || 1));
        unit[0] = [0x67, 0x68, 0x65, 0x41, 0x01][Math.floor(random() * 5)] ?? 0x41;
        return unit;
      });
      const stream = Buffer.concat(units.flatMap((unit) => [bytes(random() < 0.5 ? "000001" : "00000001"), unit]));
      const payloads = flat(packetiseH264(stream, payloadBytesMax));
      expect(Math.max(...payloads.map((payload) => payload.length)), `round ${round}`).toBeLessThanOrEqual(payloadBytesMax);
      expect(splitNalUnits(depacketiseH264(payloads) ?? Buffer.alloc(0)), `round ${round}`).toEqual(units);
    }
  });
});

describe("depacketising", () => {
  it.each([
    ["a payload of one byte", "7c"],
    ["a STAP-A whose unit is cut off", "78 0009 67"],
    ["a STAP-A that ends in half a length", "78 0001 67 00"],
  ])("refuses %s", (_what, hex) => {
    expect(depacketiseH264([bytes(hex)])).toBeUndefined();
  });

  it("never throws on noise", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 2000; round++) {
      const payloads = Array.from({ length: 3 }, () => randomBytes(random, Math.floor(random() * 40)));
      expect(() => depacketiseH264(payloads)).not.toThrow();
    }
  });
});
