import { describe, expect, test } from "vitest";
import { writePacket } from "../media/rtp/packet.ts";
import { FRAME_BYTES_MAX, HELD_MAX, NO_FRAMES, SECOND_BYTES_MAX, startOver, takePacket, WAIT_MS, type Frames } from "./frames.ts";

const SSRC = 9;
const size = (width: number, height: number) => [width & 0xff, width >> 8, height & 0xff, height >> 8];
/** RFC 6386, 9.1: a tag whose first bit is clear, a start code, the size. */
const keyframe = (name: string, [width, height] = [640, 480]) => Buffer.concat([Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, ...size(width, height)]), Buffer.from(name)]);
const delta = (name: string) => Buffer.concat([Buffer.from([0x11, 0, 0]), Buffer.from(name)]);

type Cut = { bytes: Buffer; starts: boolean; ends: boolean };
const whole = (bytes: Buffer): Cut => ({ bytes, starts: true, ends: true });
const cut = (bytes: Buffer, at: number): Cut[] => [
  { bytes: bytes.subarray(0, at), starts: true, ends: false }, { bytes: bytes.subarray(at), starts: false, ends: true },
];
/** As browsers send it: with a picture id of two bytes. */
const packet = (sequence: number, { bytes, starts, ends }: Cut, timestamp = sequence, ssrc = SSRC) =>
  writePacket({ payloadType: 96, sequence: sequence & 0xffff, timestamp, ssrc, marker: ends }, {}, { transportSequence: 0, frame: undefined }, [
    Uint8Array.of(starts ? 0x90 : 0x80, 0x80, 0x81, 0x23), bytes,
  ]);
const filler = (sequence: number) => writePacket({ payloadType: 96, sequence, timestamp: 0, ssrc: SSRC, marker: false }, {}, { transportSequence: 0, frame: undefined }, []);

function feed(packets: readonly Buffer[], state: Frames = NO_FRAMES, nowMs = 0) {
  const shown: string[] = [];
  let lost = false;
  for (const bytes of packets) {
    const [next, result] = takePacket(state, bytes, nowMs);
    state = next;
    lost = result.lost;
    for (const frame of result.frames) shown.push(`${frame.keyframe ? "key " : ""}${frame.data.subarray(frame.keyframe ? 10 : 3).toString()}`);
  }
  return { state, shown, lost };
}

describe("the frames of a camera", () => {
  test("begin with a keyframe, and come whole, around the wrap of sequence numbers", () => {
    const before = feed([packet(65_533, whole(delta("early")))]);
    expect(before).toMatchObject({ shown: [], lost: true });
    const [first, second] = cut(keyframe("a"), 9) as [Cut, Cut];
    const { shown, lost } = feed([packet(65_534, first, 1), packet(65_535, second, 1), packet(0, whole(delta("b"))), packet(1, whole(delta("c")))], before.state);
    expect(shown).toEqual(["key a", "b", "c"]);
    expect(lost).toBe(false);
  });

  test("are in order, whatever the order of their packets, and each comes once", () => {
    const [first, second] = cut(keyframe("a"), 9) as [Cut, Cut];
    const packets = [packet(11, second, 1), packet(10, first, 1), packet(13, whole(delta("c"))), packet(12, whole(delta("b"))), packet(12, whole(delta("b")))];
    expect(feed(packets).shown).toEqual(["key a", "b", "c"]);
  });

  test("wait a little for what is missing, and then for a keyframe", () => {
    const { state } = feed([packet(10, whole(keyframe("a")))]);
    const gap = feed([packet(12, whole(delta("c")))], state, 1_000);
    expect(gap).toMatchObject({ shown: [], lost: false });
    expect(feed([packet(11, whole(delta("b")))], gap.state, 1_000 + WAIT_MS - 1).shown).toEqual(["b", "c"]);
    const late = feed([packet(13, whole(delta("d")))], gap.state, 1_000 + WAIT_MS);
    expect(late).toMatchObject({ shown: [], lost: true });
    expect(feed([packet(14, whole(keyframe("e"))), packet(15, whole(delta("f")))], late.state, 1_300).shown).toEqual(["key e", "f"]);
  });

  test("go on at once where a keyframe comes behind what is missing", () => {
    const packets = [packet(10, whole(keyframe("a"))), packet(12, whole(delta("c"))), packet(13, whole(keyframe("d"))), packet(14, whole(delta("e")))];
    expect(feed(packets).shown).toEqual(["key a", "key d", "e"]);
  });

  test("are not held up by what only fills the line", () => {
    expect(feed([packet(10, whole(keyframe("a"))), filler(11), packet(12, whole(delta("b")))]).shown).toEqual(["key a", "b"]);
  });

  test("of a camera that is taken up again begin anew", () => {
    const { state } = feed([packet(10, whole(keyframe("a")))]);
    expect(feed([packet(11, whole(delta("b")), 1, SSRC + 1)], state)).toMatchObject({ shown: [], lost: true });
    expect(feed([packet(11, whole(delta("b")))], startOver(state))).toMatchObject({ shown: [], lost: true });
  });
});

describe("a camera that is none", () => {
  test("shows nothing of what is no RTP, is cut off, or is larger than a camera may be", () => {
    expect(feed([Buffer.alloc(0), Buffer.from("hello"), packet(10, { bytes: Buffer.alloc(0), starts: true, ends: true })]).shown).toEqual([]);
    expect(feed([packet(10, whole(keyframe("a", [641, 480])))])).toMatchObject({ shown: [], lost: true });
    expect(feed([packet(10, whole(keyframe("a", [16_000, 8]))), packet(11, whole(delta("b")))]).shown).toEqual([]);
    expect(feed([packet(10, whole(Buffer.from([0x10, 0])))]).shown).toEqual([]);
    // Held upright.
    expect(feed([packet(10, whole(keyframe("a", [480, 640])))]).shown).toEqual(["key a"]);
  });

  test("loses a frame that has no beginning, or begins twice, and all that is made of it", () => {
    const start = feed([packet(10, whole(keyframe("a")))]);
    const [first, second] = cut(delta("long"), 3) as [Cut, Cut];
    expect(feed([packet(11, second, 1), packet(12, whole(delta("c")))], start.state)).toMatchObject({ shown: [], lost: true });
    expect(feed([packet(11, first, 1), packet(12, first, 2), packet(13, second, 2)], start.state)).toMatchObject({ shown: [], lost: true });
  });

  test("makes the node hold no more than a keyframe's packets, and take no more than a camera sends", () => {
    let { state } = feed([packet(10, whole(keyframe("a")))]);
    // A frame without an end; what is missing is never sent.
    for (let i = 0; i < 2 * HELD_MAX; i++) ({ state } = feed([packet(12 + i, { bytes: Buffer.of(1), starts: i === 0, ends: false }, 5)], state));
    expect(state.held.length).toBeLessThan(HELD_MAX);

    const large = Array.from({ length: 200 }, (_, i) => packet(10 + i, { bytes: Buffer.concat([keyframe(""), Buffer.alloc(1_190)]), starts: i === 0, ends: i === 199 }, 1));
    const flood = feed(large);
    expect(flood.shown).toEqual([]);
    expect(large.length * 1_200).toBeGreaterThan(SECOND_BYTES_MAX);
    expect(FRAME_BYTES_MAX).toBeLessThan(SECOND_BYTES_MAX);
    // The next second is another.
    expect(feed([packet(300, whole(keyframe("z")))], flood.state, 1_000).shown).toEqual(["key z"]);
  });
});
