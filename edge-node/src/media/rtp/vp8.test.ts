import { describe, expect, it } from "vitest";
import { randomBytes, seededRandom } from "../testing/random.ts";
import { depacketiseVp8, packetiseVp8 } from "./vp8.ts";

const flat = (payloads: ReturnType<typeof packetiseVp8>) => payloads.map((parts) => Buffer.concat(parts));

describe("packetising VP8", () => {
  it("sends a frame that fits with one byte before it, which says that it begins here", () => {
    expect(flat(packetiseVp8(Buffer.from("b0fc03", "hex"), 1200))).toEqual([Buffer.from("10b0fc03", "hex")]);
  });

  it("cuts a large frame into pieces of one size, of which only the first says so", () => {
    expect(flat(packetiseVp8(Buffer.from("01020304050607", "hex"), 6)).map((payload) => payload.toString("hex"))).toEqual([
      "1001020304",
      "00050607",
    ]);
  });

  it("gives back the same frame, never above the limit, whatever the sizes", () => {
    const random = seededRandom(8);
    for (let round = 0; round < 200; round++) {
      const payloadBytesMax = 2 + Math.floor(random() * 1200);
      const frame = randomBytes(random, 1 + Math.floor(random() * 5000));
      const payloads = flat(packetiseVp8(frame, payloadBytesMax));
      expect(Math.max(...payloads.map((payload) => payload.length)), `round ${round}`).toBeLessThanOrEqual(payloadBytesMax);
      expect(depacketiseVp8(payloads), `round ${round}`).toEqual(frame);
    }
  });
});

describe("depacketising VP8", () => {
  it.each([
    ["a payload with nothing in it", ["10"]],
    ["a frame whose beginning is missing", ["0001"]],
    ["a frame that begins twice", ["1001", "1002"]],
  ])("refuses %s", (_what, payloads) => {
    expect(depacketiseVp8(payloads.map((hex) => Buffer.from(hex, "hex")))).toBeUndefined();
  });
});
