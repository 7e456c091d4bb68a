import { expect, test } from "vitest";
import { depacketise, startsKeyframe } from "./h264.ts";

const START = [0, 0, 0, 1];

test("one unit a packet, several in one, and one in several", () => {
  const single = Buffer.from([0x41, 9]);
  const stap = Buffer.from([0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2]);
  const fragments = [Buffer.from([0x7c, 0x85, 1]), Buffer.from([0x7c, 0x05, 2]), Buffer.from([0x7c, 0x45, 3])];
  expect([...(depacketise([single]) ?? [])]).toEqual([...START, 0x41, 9]);
  expect([...(depacketise([stap]) ?? [])]).toEqual([...START, 0x67, 1, ...START, 0x68, 2]);
  expect([...(depacketise(fragments) ?? [])]).toEqual([...START, 0x65, 1, 2, 3]);
  expect([startsKeyframe([single]), startsKeyframe([stap]), startsKeyframe(fragments)]).toEqual([false, true, true]);
});

test.each([
  ["empty", [Buffer.alloc(0)]],
  ["a length beyond its end", [Buffer.from([0x78, 0, 9, 0x67, 1])]],
  ["a unit of no length", [Buffer.from([0x78, 0, 0, 0x67, 1])]],
  ["a middle without a beginning", [Buffer.from([0x7c, 0x05, 2])]],
])("a payload that is %s gives nothing", (_, payloads) => {
  expect(depacketise(payloads)).toBeUndefined();
});
