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

/** Drawn with so many rows only, and made as large as it should be. */
export function upscaledFrom(rows: number, pixels: Pixels): Pixels {
  const small = { width: Math.round((rows * width) / height), height: rows };
  const mean = new Float64Array(small.width * small.height * 3);
  const bounds = (index: number, count: number, whole: number) => [Math.floor((index * whole) / count), Math.max(Math.floor((index * whole) / count) + 1, Math.floor(((index + 1) * whole) / count))] as const;
  for (let y = 0; y < small.height; y += 1) {
    const [top, bottom] = bounds(y, small.height, height);
    for (let x = 0; x < small.width; x += 1) {
      const [left, right] = bounds(x, small.width, width);
      const at = (y * small.width + x) * 3;
      const count = (bottom - top) * (right - left);
      for (let row = top; row < bottom; row += 1) {
        for (let column = left; column < right; column += 1) {
          const colour = pixels[row * width + column] ?? 0;
          for (const [channel, shift] of [16, 8, 0].entries()) mean[at + channel] = (mean[at + channel] ?? 0) + ((colour >> shift) & 0xff) / count;
        }
      }
    }
  }
  const large = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const sy = Math.min(small.height - 1.001, Math.max(0, ((y + 0.5) * small.height) / height - 0.5));
    for (let x = 0; x < width; x += 1) {
      const sx = Math.min(small.width - 1.001, Math.max(0, ((x + 0.5) * small.width) / width - 0.5));
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [fx, fy] = [sx - x0, sy - y0];
      const corner = (y0 * small.width + x0) * 3;
      const below = corner + small.width * 3;
      let colour = 0;
      for (let channel = 0; channel < 3; channel += 1) {
        const upper = (mean[corner + channel] ?? 0) * (1 - fx) + (mean[corner + 3 + channel] ?? 0) * fx;
        const lower = (mean[below + channel] ?? 0) * (1 - fx) + (mean[below + 3 + channel] ?? 0) * fx;
        colour = (colour << 8) | Math.round(upper * (1 - fy) + lower * fy);
      }
      large[y * width + x] = colour;
    }
  }
  return large;
}

export type FilmOptions = { bitrateKbps: number; coded?: { width: number; height: number }; encoder?: "x264" | "openh264" };

/** What a checker has kept of it. */
export async function film(picture: (frame: number) => Pixels, { bitrateKbps, coded, encoder: name = "x264" }: FilmOptions): Promise<KeptPictures> {
  await using scope = new Scope();
  const encoder = openEncoders([name], { size: SIZE, fps: FPS, bitrateKbps, onNotice() {} }, scope);
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
