import { describe, expect, test } from "vitest";
import { assemble, NOTHING_ASSEMBLED, type AccessUnit, type Assembly, type VideoPacket } from "./access-units.ts";

const IDR = Buffer.from([0x65, 1, 2]);
const SLICE = Buffer.from([0x41, 3, 4]);

function packet(sequence: number, timestamp: number, payload = SLICE, marker = true): VideoPacket {
  return { sequence: sequence & 0xffff, timestamp, marker, payload };
}

/** Feeds packets with their times; what came out, and how it stood in the end. */
function run(feed: readonly (readonly [VideoPacket, number])[]): { units: AccessUnit[]; state: Assembly; broke: number } {
  let state = NOTHING_ASSEMBLED;
  const units: AccessUnit[] = [];
  let broke = 0;
  for (const [each, atMs] of feed) {
    const [next, out] = assemble(state, each, atMs);
    state = next;
    units.push(...out.units);
    if (out.broke) broke += 1;
  }
  return { units, state, broke };
}

describe("packets become pictures", () => {
  test("in order, from the first keyframe on", () => {
    const { units } = run([[packet(1, 10), 0], [packet(2, 20, IDR), 1], [packet(3, 30), 2]]);
    expect(units.map(({ timestamp, keyframe }) => [timestamp, keyframe])).toEqual([[20, true], [30, false]]);
  });

  test("across the wrap of the sequence number", () => {
    const { units } = run([[packet(0xffff, 10, IDR), 0], [packet(0x1_0000, 20), 1], [packet(0x1_0001, 30), 2]]);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([10, 20, 30]);
  });

  test("when a packet was overtaken, or was lost and sent again", () => {
    const { units, broke } = run([[packet(1, 10, IDR), 0], [packet(3, 30), 5], [packet(4, 40), 6], [packet(2, 20), 90]]);
    expect(units.map(({ timestamp, completeAtMs }) => [timestamp, completeAtMs])).toEqual([[10, 0], [20, 90], [30, 90], [40, 90]]);
    expect(broke).toBe(0);
  });

  test("and are given up to the next keyframe when a packet stays away", () => {
    const { units, broke } = run([
      [packet(1, 10, IDR), 0], [packet(3, 30), 5], [packet(4, 40), 300], [packet(5, 50, IDR), 310], [packet(6, 60), 320],
    ]);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([10, 50, 60]);
    expect(broke).toBe(1);
  });

  test("without what a bandwidth probe carries, which is nothing", () => {
    const { units } = run([[packet(1, 10, IDR), 0], [packet(2, 10, Buffer.alloc(0), false), 1], [packet(3, 20), 2]]);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([10, 20]);
  });

  test("a repair that comes after it was given up changes nothing", () => {
    const { units, state } = run([[packet(1, 10, IDR), 0], [packet(3, 30, IDR), 5], [packet(4, 40), 300], [packet(2, 20), 310]]);
    expect(units.map(({ timestamp }) => timestamp)).toEqual([10, 30, 40]);
    expect(state.waiting.size).toBe(0);
  });
});
