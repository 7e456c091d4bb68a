// Numbers in real pictures through real encoders: what a node draws, a checker reads.

import { describe, expect, test } from "vitest";
import { openPictureDecoder } from "@nearframe/checker/media/adapters/libav/decoders";
import { openEncoders } from "@nearframe/edge-node/media/encode/encoders";
import { KNOWN_ENCODERS, type VideoEncoderName } from "@nearframe/edge-node/media/encode/known-encoders";
import { drawMovingPicture } from "@nearframe/edge-node/media/encode/trial/moving-picture";
import { Scope } from "@nearframe/shared/lifetime";
import { readNonce } from "@nearframe/shared/media/nonce-pattern";

const SIZE = { width: 1280, height: 720 };
const FRAMES = 90;
const picture = drawMovingPicture(SIZE, FRAMES);

/** Nine frames with a number, nine without, and so on; gives what was read of each. */
async function play(name: VideoEncoderName, bitrateKbps: number, coded: { width: number; height: number }) {
  await using scope = new Scope();
  const encoder = openEncoders([name], { size: SIZE, fps: 60, bitrateKbps, onNotice() {} }, scope);
  if (coded.width !== SIZE.width) encoder.setSize(coded);
  const decoder = openPictureDecoder(scope, KNOWN_ENCODERS[name].codec);
  const read: (number | undefined)[] = [];
  const asked: (number | undefined)[] = [];
  for (let index = 0; index < FRAMES; index += 1) {
    const spell = Math.floor(index / 9);
    const nonce = spell % 2 === 1 ? (spell * 7_919) % 65_536 : undefined;
    encoder.load(picture(index));
    const unit = encoder.encode(index * 1_500, { keyframe: false, nonce });
    const seen = decoder.decode(unit.data);
    asked.push(nonce);
    read.push(seen && readNonce(seen, SIZE));
  }
  return { asked, read };
}

describe.each<{ what: string; name?: VideoEncoderName; bitrateKbps: number; coded: { width: number; height: number } }>([
  { what: "a good rate", bitrateKbps: 6_000, coded: SIZE },
  { what: "1 Mbit/s", bitrateKbps: 1_000, coded: SIZE },
  { what: "1 Mbit/s of VP8", name: "vpx-vp8", bitrateKbps: 1_000, coded: SIZE },
  { what: "1 Mbit/s of AV1", name: "svt-av1", bitrateKbps: 1_000, coded: SIZE },
  { what: "360 lines at 600 kbit/s", bitrateKbps: 600, coded: { width: 640, height: 360 } },
])("a busy picture at $what", ({ name = "x264", bitrateKbps, coded }) => {
  test("shows each number in most of its frames, and none where none was asked for", { timeout: 60_000 }, async () => {
    const { asked, read } = await play(name, bitrateKbps, coded);
    for (const nonce of new Set(asked.filter((each) => each !== undefined))) {
      expect(read.filter((each) => each === nonce).length, `number ${nonce}`).toBeGreaterThanOrEqual(5);
    }
    for (const [frame, nonce] of read.entries()) if (nonce !== undefined) expect(nonce, `frame ${frame}`).toBe(asked[frame]);
  });
});

test("a picture that is sent again after one shows nothing of it", async () => {
  await using scope = new Scope();
  const encoder = openEncoders(["x264"], { size: SIZE, fps: 60, bitrateKbps: 6_000, onNotice() {} }, scope);
  encoder.load(picture(0));
  encoder.encode(0, { keyframe: true });
  encoder.encode(1_500, { keyframe: false, nonce: 0xbeef });
  // What is loaded is the screen's own picture again, to the last sample.
  expect(encoder.loadIfDifferent(picture(0))).toBe(false);
});
