import { describe, expect, it } from "vitest";
import { randomBytes, seededRandom } from "../testing/random.ts";
import { extensionBytesMax } from "./header-extensions.ts";
import { readNtp, writeNtp } from "./ntp.ts";
import { PACKET_BYTES_MAX, type PacketFields, parsePacket, payloadBytesMax, writePacket } from "./packet.ts";

const fields: PacketFields = { payloadType: 102, sequence: 0x1234, timestamp: 0xdeadbeef, ssrc: 0x0f000001, marker: true };
const allIds = { absCaptureTime: 1, transportWideCc: 2, playoutDelay: 3 };
/** 2026-01-01T00:00:00.500Z */
const capturedAtWallMs = 1_767_225_600_500;

describe("writing a packet", () => {
  it("without extensions is a plain header and the payload", () => {
    const packet = writePacket(fields, {}, { transportSequence: 9, frame: { capturedAtWallMs } }, [Buffer.from("ab"), Buffer.from("c")]);
    expect(packet.toString("hex")).toBe(`80e61234deadbeef0f000001${Buffer.from("abc").toString("hex")}`);
  });

  it("stamps the first packet of a frame with sequence, capture time and no playout delay", () => {
    const packet = writePacket(fields, allIds, { transportSequence: 0x10203, frame: { capturedAtWallMs } }, [Buffer.from([0x41])]);
    expect(packet.toString("hex")).toBe(
      "90e61234deadbeef0f000001" + // Header with the extension bit.
        "bede0004" +
        "210203" + // Transport-wide sequence, 16 bits of it.
        "17ed00378080000000" + // NTP: 2026-01-01 and a half second.
        "32000000" +
        "41",
    );
  });

  it("stamps the other packets of a frame with the sequence alone", () => {
    const packet = writePacket({ ...fields, marker: false }, allIds, { transportSequence: 5, frame: undefined }, [Buffer.from([0x41])]);
    expect(packet.toString("hex")).toBe("90661234deadbeef0f000001bede00012100050041");
  });

  it("keeps a full payload within the limit, whichever extensions are stamped", () => {
    for (const ids of [{}, { transportWideCc: 2 }, { absCaptureTime: 1, playoutDelay: 3 }, allIds]) {
      const payload = Buffer.alloc(payloadBytesMax(ids));
      const packet = writePacket(fields, ids, { transportSequence: 1, frame: { capturedAtWallMs } }, [payload]);
      expect(packet.length).toBe(PACKET_BYTES_MAX);
    }
    expect(extensionBytesMax({})).toBe(0);
  });

  it("reads back as it was written", () => {
    const parsed = parsePacket(writePacket(fields, allIds, { transportSequence: 77, frame: { capturedAtWallMs } }, [Buffer.from("frame")]));
    expect(parsed).toMatchObject({ ...fields, payload: Buffer.from("frame") });
    expect(parsed?.extensions.get(2)).toEqual(Buffer.from([0, 77]));
    expect(parsed?.extensions.get(3)).toEqual(Buffer.from([0, 0, 0]));
    expect(readNtp(parsed?.extensions.get(1) ?? Buffer.alloc(8), 0)).toBeCloseTo(capturedAtWallMs, 3);
  });
});

describe("parsing a packet", () => {
  it.each([
    ["too short", "8060"],
    ["of another version", "4066123400000000000000010a"],
    ["RTCP", "80c80006000000010000000000000000000000000000000000000000"],
    ["whose extension is longer than itself", "90661234deadbeef0f000001bedeffff00"],
    ["that is all padding and more", "a0661234deadbeef0f000001ff"],
  ])("refuses one %s", (_what, hex) => {
    expect(parsePacket(Buffer.from(hex, "hex"))).toBeUndefined();
  });

  it("never throws on noise", () => {
    const random = seededRandom(11);
    for (let round = 0; round < 5000; round++) {
      const packet = randomBytes(random, Math.floor(random() * 60));
      if (packet.length > 0) packet[0] = 0x80 | ((packet[0] ?? 0) & 0x3f);
      expect(() => parsePacket(packet)).not.toThrow();
    }
  });
});

describe("NTP time", () => {
  it("starts in 1900 and keeps fractions of a millisecond", () => {
    const buffer = Buffer.alloc(8);
    writeNtp(buffer, 0, 0);
    expect(buffer.readUInt32BE(0)).toBe(2_208_988_800);
    writeNtp(buffer, 0, capturedAtWallMs + 0.25);
    expect(readNtp(buffer, 0)).toBeCloseTo(capturedAtWallMs + 0.25, 3);
  });
});
