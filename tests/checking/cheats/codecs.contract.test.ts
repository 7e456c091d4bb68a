// Each codec that a node may claim, as a checker receives it: the test card's pictures through the
// node's own encoder and packets, put together and decoded as a play does.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { assemble, NOTHING_ASSEMBLED } from "@nearframe/checker/media/access-units";
import { openPictureDecoder } from "@nearframe/checker/media/adapters/libav/decoders";
import type { Luma } from "@nearframe/checker/media/picture";
import { openEncoders } from "@nearframe/edge-node/media/encode/encoders";
import { KNOWN_ENCODERS, type VideoEncoderName } from "@nearframe/edge-node/media/encode/known-encoders";
import { PACKETISERS } from "@nearframe/edge-node/media/rtp/packetisers";
import { Scope } from "@nearframe/shared/lifetime";
import { readTestCard } from "@nearframe/shared/title/test-card-layout";
import { drawCard, paint, SIZE } from "./card-film.ts";

const FRAMES = 12;
const PAYLOAD_BYTES_MAX = 1_180;

test.each<VideoEncoderName>(["x264", "vpx-vp8", "svt-av1"])("a checker sees what %s coded", { timeout: 60_000 }, async (name) => {
  await using scope = new Scope();
  const { codec } = KNOWN_ENCODERS[name];
  const encoder = openEncoders([name], { size: SIZE, fps: 60, bitrateKbps: 6_000, onNotice() {} }, scope);
  const decoder = openPictureDecoder(scope, codec);
  const scene = paint(7);
  const direct = openPictureDecoder(scope, codec);
  const [coded, seen]: [string[], string[]] = [[], []];
  let assembly = NOTHING_ASSEMBLED;
  let sequence = 65_500;
  for (let frame = 1; frame <= FRAMES; frame += 1) {
    const pixels = drawCard(scene, 7, frame);
    encoder.load({ data: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), strideBytes: SIZE.width * 4 });
    const unit = encoder.encode(frame * 1_500, { keyframe: frame === 1 });
    const payloads = PACKETISERS[codec](unit, PAYLOAD_BYTES_MAX);
    coded.push(describe(direct.decode(unit.data)));
    for (const [index, parts] of payloads.entries()) {
      const packet = { sequence: (sequence++) % 65_536, timestamp: frame * 1_500, marker: index === payloads.length - 1, payload: Buffer.concat(parts) };
      const [next, { units }] = assemble(assembly, packet, frame * 16, codec);
      assembly = next;
      for (const { data, keyframe } of units) {
        expect(keyframe).toBe(frame === 1);
        const picture = decoder.decode(data);
        if (frame === 1) expect(picture && readTestCard({ ...picture, bytesPerPixel: 1 }, SIZE).frame).toBe(1);
        seen.push(describe(picture));
      }
    }
  }
  expect(new Set(seen).size).toBe(FRAMES);
  expect(seen).toEqual(coded);
});

function describe(picture: Luma | undefined): string {
  if (!picture) return "none";
  const { width, height, bytesPerRow, data } = picture;
  const hash = createHash("sha256");
  for (let y = 0; y < height; y += 1) hash.update(data.subarray(y * bytesPerRow, y * bytesPerRow + width));
  return `${width}x${height} ${hash.digest("hex")}`;
}
