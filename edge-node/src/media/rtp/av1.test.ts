import { describe, expect, it } from "vitest";
import { randomBytes, seededRandom } from "../testing/random.ts";
import { depacketiseAv1 } from "./av1-depacketiser.ts";
import { packetiseAv1, readLeb128, splitObus, writeLeb128 } from "./av1.ts";

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const flat = (payloads: ReturnType<typeof packetiseAv1>) => payloads.map((parts) => Buffer.concat(parts));
const hex = (payloads: ReturnType<typeof packetiseAv1>) => flat(payloads).map((payload) => payload.toString("hex"));

/** Temporal delimiter, then a sequence header of 3 bytes, then a frame of 6. */
const KEYFRAME = bytes("1200 0a02 aabb 3205 0102030405");
const FRAME = bytes("1200 3205 0102030405");

describe("splitting a temporal unit", () => {
  it("leaves out the delimiter and the sizes, which RTP says itself", () => {
    expect(splitObus(KEYFRAME)).toEqual([bytes("08aabb"), bytes("300102030405")]);
  });

  it("takes an OBU without a size as the rest, and keeps an extension", () => {
    expect(splitObus(bytes("1200 30 0102"))).toEqual([bytes("300102")]);
    expect(splitObus(bytes("36 48 02 0102"))).toEqual([bytes("34480102")]);
  });

  it("refuses one that is longer than the unit", () => {
    expect(() => splitObus(bytes("3209 01"))).toThrow(/longer/);
  });
});

describe("packetising AV1", () => {
  it("sends a frame that fits as one OBU without a length", () => {
    expect(hex(packetiseAv1(FRAME, false, 1200))).toEqual(["10" + "300102030405"]);
  });

  it("sends a keyframe as two, and says that a sequence begins", () => {
    expect(hex(packetiseAv1(KEYFRAME, true, 1200))).toEqual(["28" + "03" + "08aabb" + "300102030405"]);
  });

  it("marks what goes on in the next packet, and what came from the one before", () => {
    expect(hex(packetiseAv1(FRAME, false, 7))).toEqual(["50" + "30010203", "90" + "0405"]);
  });

  it("never ends a packet between two OBUs", () => {
    // The sequence header alone would fill the first one; its last byte goes with the frame.
    expect(hex(packetiseAv1(KEYFRAME, true, 8))).toEqual(["58" + "08aa", "e0" + "01bb" + "3001", "90" + "02030405"]);
  });

  it("gives back the same unit, never above the limit and never cut between OBUs, whatever the sizes", () => {
    const random = seededRandom(1);
    for (let round = 0; round < 400; round++) {
      const payloadBytesMax = 32 + Math.floor(random() * (random() < 0.5 ? 30 : 1200));
      const obus = Array.from({ length: 1 + Math.floor(random() * 6) }, () => {
        const body = randomBytes(random, 1 + Math.floor(random() * (random() < 0.3 ? 4000 : 12)));
        return Buffer.concat([Uint8Array.of(0x32), writeLeb128(body.length), body]);
      });
      const unit = Buffer.concat([bytes("1200"), ...obus]);
      const payloads = flat(packetiseAv1(unit, true, payloadBytesMax));
      expect(Math.max(...payloads.map((payload) => payload.length)), `round ${round}`).toBeLessThanOrEqual(payloadBytesMax);
      expect(depacketiseAv1(payloads), `round ${round}`).toEqual(unit);
      const edges = payloads.map((payload) => (payload[0] ?? 0) & 0xc0);
      expect(edges, `round ${round}`).toEqual(
        edges.map((_, index) => (index > 0 ? 0x80 : 0) | (index < edges.length - 1 ? 0x40 : 0)),
      );
    }
  });
});

describe("depacketising AV1", () => {
  it.each([
    ["a packet that goes on from none", ["9001"]],
    ["a unit whose end is missing", ["5001"]],
    ["an OBU longer than its packet", ["200930"]],
    ["fewer OBUs than announced", ["300130"]],
    ["an empty payload", [""]],
  ])("refuses %s", (_what, payloads) => {
    expect(depacketiseAv1(payloads.map(bytes))).toBeUndefined();
  });

  it("never throws on noise", () => {
    const random = seededRandom(9);
    for (let round = 0; round < 2000; round++) {
      const payloads = Array.from({ length: 2 }, () => randomBytes(random, Math.floor(random() * 30)));
      expect(() => depacketiseAv1(payloads)).not.toThrow();
    }
  });
});

it.each([0, 1, 127, 128, 300, 16_383, 16_384, 2_000_000])("reads the length %i as it was written", (value) => {
  const written = Buffer.from(writeLeb128(value));
  expect(readLeb128(written, 0)).toEqual([value, written.length]);
});
