import { expect, test } from "vitest";
import { writePacket } from "../media/rtp/packet.ts";
import { createCameraLine } from "./camera-line.ts";

const KEYFRAME = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0]);
const DELTA = Buffer.from([0x11, 0, 0]);

function rig() {
  const shown: string[] = [];
  const now = { ms: 0, taken: true, asked: 0 };
  const line = createCameraLine({
    nowMs: () => now.ms,
    show({ keyframe }) {
      if (now.taken) shown.push(keyframe ? "key" : "delta");
      return now.taken;
    },
  });
  const hear = (sequence: number, data: Buffer) =>
    line.hear(
      writePacket({ payloadType: 96, sequence, timestamp: sequence, ssrc: 7, marker: true }, {}, { transportSequence: 0, frame: undefined }, [Uint8Array.of(0x10), data]),
      () => (now.asked += 1),
    );
  return { line, hear, shown, now };
}

test("a keyframe is asked for until there is one, but not with every packet", () => {
  const { hear, shown, now } = rig();
  for (let i = 0; i < 20; i++) hear(i, DELTA);
  expect(now.asked).toBe(1);
  now.ms = 600;
  hear(20, DELTA);
  expect(now.asked).toBe(2);
  hear(21, KEYFRAME);
  now.ms = 2_000;
  hear(22, DELTA);
  expect(shown).toEqual(["key", "delta"]);
  expect(now.asked).toBe(2);
});

test("what nobody takes is as good as lost: the next that is shown is a keyframe", () => {
  const { hear, shown, now } = rig();
  hear(1, KEYFRAME);
  now.taken = false;
  hear(2, DELTA);
  expect(now.asked).toBe(1);
  now.taken = true;
  hear(3, DELTA);
  hear(4, KEYFRAME);
  expect(shown).toEqual(["key", "key"]);
});

test("a page that begins with the picture gets a keyframe, and one that asks all the time gets no more", () => {
  const { line, hear, now } = rig();
  line.wantKeyframe();
  expect(now.asked).toBe(0);
  now.ms = 1_000;
  hear(1, KEYFRAME);
  for (let i = 0; i < 10; i++) line.wantKeyframe();
  expect(now.asked).toBe(1);
});

test("given again, nothing of before is shown", () => {
  const { line, hear, shown } = rig();
  hear(1, KEYFRAME);
  line.open();
  hear(2, DELTA);
  expect(shown).toEqual(["key"]);
});
