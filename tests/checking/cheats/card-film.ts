// Films of the test card for checks of pictures: drawn as the card draws them, bent as a cheat
// bends them, through a real encoder and the checker's own decoder.

import { createKeptPictures, SMALL_PICTURES, type KeptPictures } from "@nearframe/checker/compare/kept-pictures";
import { openPictureDecoder } from "@nearframe/checker/media/adapters/libav/decoders";
import type { Luma } from "@nearframe/checker/media/picture";
import { openEncoders } from "@nearframe/edge-node/media/encode/encoders";
import { Scope } from "@nearframe/shared/lifetime";
import { cardLayers, scrolledBy } from "@nearframe/shared/title/test-card/picture";
import { paintScene } from "@nearframe/shared/title/test-card/scene";
import { readTestCard } from "@nearframe/shared/title/test-card-layout";

export const SIZE = { width: 1280, height: 720 } as const;
const { width, height } = SIZE;
const FPS = 60;
/** The first frames of a stream are poorer than the rest; the checker does not watch them either. */
const SETTLE_FRAMES = 20;
const KEEP_EVERY_MS = 1_000;

export type Pixels = Uint32Array;

/** What the card draws, in colours. */
export function drawCard(scene: Pixels, sceneNumber: number, frame: number, flips = 0): Pixels {
  const pixels = new Uint32Array(width * height);
  const from = scrolledBy(frame, SIZE);
  for (let row = 0; row < height; row += 1) {
    pixels.set(scene.subarray(row * width + from, (row + 1) * width), row * width);
    pixels.set(scene.subarray(row * width, row * width + from), (row + 1) * width - from);
  }
  const state = { frame, flips, scene: sceneNumber, wallMs: 1_800_000_000_000 + frame * 16, lastInput: "NOTHING PRESSED YET" };
  for (const { colour, rectangles } of cardLayers(SIZE, state)) {
    for (let at = 0; at + 3 < rectangles.length; at += 4) {
      const [x = 0, y = 0, w = 0, h = 0] = rectangles.slice(at, at + 4).map(Math.floor);
      for (let row = y; row < y + h; row += 1) pixels.fill(colour, row * width + x, row * width + x + w);
    }
  }
  return pixels;
}

export const paint = (scene: number): Pixels => paintScene(SIZE, scene);

/** Drawn with so many rows only, in shades of grey, and made as large as it should be. */
export function upscaledFrom(rows: number, pixels: Pixels): Pixels {
  const columns = Math.round((rows * width) / height);
  const sums = new Float64Array(columns * rows);
  const counts = new Uint32Array(columns * rows);
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x += 1) {
      const at = row + Math.floor((x * columns) / width);
      const colour = pixels[y * width + x] ?? 0;
      // The grey whose brightness a coder takes for the same.
      sums[at] = (sums[at] ?? 0) + (66 * ((colour >> 16) & 0xff) + 129 * ((colour >> 8) & 0xff) + 25 * (colour & 0xff)) / 220;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const small = sums.map((sum, at) => sum / Math.max(1, counts[at] ?? 1));
  const large = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const sy = Math.min(rows - 1.001, Math.max(0, ((y + 0.5) * rows) / height - 0.5));
    const [top, fy] = [Math.floor(sy) * columns, sy % 1];
    for (let x = 0; x < width; x += 1) {
      const sx = Math.min(columns - 1.001, Math.max(0, ((x + 0.5) * columns) / width - 0.5));
      const at = top + Math.floor(sx);
      const fx = sx % 1;
      const upper = (small[at] ?? 0) * (1 - fx) + (small[at + 1] ?? 0) * fx;
      const lower = (small[at + columns] ?? 0) * (1 - fx) + (small[at + columns + 1] ?? 0) * fx;
      large[y * width + x] = Math.round(upper * (1 - fy) + lower * fy) * 0x01_01_01;
    }
  }
  return large;
}

export type FilmOptions = { bitrateKbps: number; coded?: { width: number; height: number } };

/** What a checker has kept of it. */
export async function film(picture: (frame: number) => Pixels, { bitrateKbps, coded }: FilmOptions): Promise<KeptPictures> {
  await using scope = new Scope();
  const encoder = openEncoders(["x264"], { size: SIZE, fps: FPS, bitrateKbps, onNotice() {} }, scope);
  if (coded) encoder.setSize(coded);
  const decoder = openPictureDecoder(scope);
  const kept = createKeptPictures();
  for (let frame = 0; frame < SETTLE_FRAMES + SMALL_PICTURES; frame += 1) {
    const pixels = picture(frame);
    encoder.load({ data: Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength), strideBytes: width * 4 });
    const seen: Luma | undefined = decoder.decode(encoder.encode((frame * 90_000) / FPS, { keyframe: false }).data);
    if (!seen || frame < SETTLE_FRAMES) continue;
    const reading = readTestCard({ ...seen, bytesPerPixel: 1 }, SIZE);
    // Whole pictures are kept each second of a play; here is no time, so every twentieth.
    kept.take(seen, reading, Math.floor((frame - SETTLE_FRAMES) / 20) * KEEP_EVERY_MS);
  }
  return kept;
}
