import { describe, expect, test } from "vitest";
import type { Received } from "../pipeline/capture-file.ts";
import { readHops } from "./read-hops.ts";

const PACKET_BYTES = 20;
/** Each is sent a millisecond after the one before. */
const sentAtMs = (count: number) => Array.from({ length: count }, (_, index) => index);

function packet(sequence: number, wallMs: number, bytes = PACKET_BYTES + 16): Received {
  const datagram = Buffer.alloc(bytes);
  datagram[0] = 0x80;
  datagram.writeUInt16BE(sequence & 0xffff, 2);
  return { wallMs, datagram };
}

describe("packets that went through the media server", () => {
  test("are told apart by their numbers, wherever those begin, out of order and over the end of the numbers", () => {
    const first = 0xfffe;
    const received = [0, 1, 3, 2, 4].map((index) => packet(first + index, index + 0.5));
    expect(readHops(received, sentAtMs(5), PACKET_BYTES)).toEqual({ hopMs: [0.5, 0.5, 0.5, 0.5, 0.5], lost: 0, repeated: 0 });
  });

  test("are counted once when they come again, so that no loss is hidden by it", () => {
    const received = [packet(7, 0.5), packet(8, 1.5), packet(8, 9), packet(7, 9), packet(10, 3.5)];
    expect(readHops(received, sentAtMs(4), PACKET_BYTES)).toEqual({ hopMs: [0.5, 0.5, 0.5], lost: 1, repeated: 2 });
  });

  test("are as long as they were made, and of RTP's version: what else came is not theirs", () => {
    const other = packet(9, 1.5);
    other.datagram[0] = 0x40;
    const received = [packet(7, 0.5, PACKET_BYTES), other, packet(100, 0.5)];
    expect(readHops(received, sentAtMs(1), PACKET_BYTES)).toEqual({ hopMs: [0.5], lost: 0, repeated: 0 });
    expect(readHops([], sentAtMs(3), PACKET_BYTES)).toEqual({ hopMs: [], lost: 3, repeated: 0 });
  });
});
