// A picture that moves as a side-scrolling game does: bands of textured landscape at
// several speeds, things that fly across, and a still line of instruments. Made
// of noise with a seed, so every run codes the same frames.

import { seededRandom } from "@nearframe/edge-node/media/testing/random";

const BANDS = [
  { share: 0.3, pixelsPerFrame: 0.5, colour: [110, 150, 210], contrast: 14 },
  { share: 0.2, pixelsPerFrame: 1.5, colour: [100, 120, 140], contrast: 40 },
  { share: 0.25, pixelsPerFrame: 3, colour: [60, 110, 60], contrast: 60 },
  { share: 0.2, pixelsPerFrame: 6, colour: [90, 80, 50], contrast: 70 },
  { share: 0.05, pixelsPerFrame: 0, colour: [30, 30, 34], contrast: 20 },
] as const;
const FLYERS = 24;
const FLYER_SIZE = 64;
/** How many times wider the landscape is than the screen, before it comes again. */
const WORLD_SCREENS = 2;

export type Size = { width: number; height: number };
export interface Scene {
  /** Draws frame `index` into rows of 32-bit pixels. */
  draw(pixels: Uint32Array, index: number): void;
}

export function createScene({ width, height }: Size): Scene {
  const random = seededRandom(720);
  const worldWidth = width * WORLD_SCREENS;
  const world = new Uint32Array(worldWidth * height);
  const bandOfRow: (typeof BANDS)[number][] = [];
  for (const band of BANDS) {
    const rows = Math.round(band.share * height);
    for (let count = 0; count < rows && bandOfRow.length < height; count++) bandOfRow.push(band);
  }
  const last = BANDS[BANDS.length - 1] ?? BANDS[0];
  while (bandOfRow.length < height) bandOfRow.push(last);
  const noise = createNoise(random);
  for (let y = 0; y < height; y++) {
    const { colour, contrast } = bandOfRow[y] ?? last;
    for (let x = 0; x < worldWidth; x++) {
      const light = contrast * (noise(x, y, 64) * 0.6 + noise(x, y, 16) * 0.3 + noise(x, y, 4) * 0.1);
      world[y * worldWidth + x] = pixel(colour[0] + light, colour[1] + light, colour[2] + light);
    }
  }
  const flyers = Array.from({ length: FLYERS }, () => ({
    y: Math.floor(random() * (height * 0.9 - FLYER_SIZE)),
    from: random() * width,
    pixelsPerFrame: 2 + random() * 8,
    rows: Array.from({ length: FLYER_SIZE }, (_, row) =>
      Uint32Array.from({ length: FLYER_SIZE }, (_, column) => {
        const light = noise(column * 3 + row, row * 3, 8) * 120;
        return pixel(150 + light, 90 + light / 2, 60);
      }),
    ),
  }));
  return {
    draw(pixels, index) {
      for (let y = 0; y < height; y++) {
        const shift = Math.floor((bandOfRow[y] ?? last).pixelsPerFrame * index) % worldWidth;
        const row = y * worldWidth;
        const first = Math.min(width, worldWidth - shift);
        pixels.set(world.subarray(row + shift, row + shift + first), y * width);
        if (first < width) pixels.set(world.subarray(row, row + width - first), y * width + first);
      }
      for (const { y, from, pixelsPerFrame, rows } of flyers) {
        const x = Math.floor((from + pixelsPerFrame * index) % (width - FLYER_SIZE));
        rows.forEach((row, dy) => pixels.set(row, (y + dy) * width + x));
      }
    },
  };
}

function pixel(red: number, green: number, blue: number): number {
  const byte = (value: number) => Math.max(0, Math.min(255, Math.round(value)));
  return (byte(red) << 16) | (byte(green) << 8) | byte(blue);
}

/** Smooth noise from -1 to 1 that changes over `scale` pixels. */
function createNoise(random: () => number): (x: number, y: number, scale: number) => number {
  const SIDE = 256;
  const lattice = Float32Array.from({ length: SIDE * SIDE }, () => random() * 2 - 1);
  const at = (x: number, y: number) => lattice[(y & (SIDE - 1)) * SIDE + (x & (SIDE - 1))] ?? 0;
  return (x, y, scale) => {
    const [left, top] = [Math.floor(x / scale), Math.floor(y / scale)];
    const [dx, dy] = [x / scale - left, y / scale - top];
    const upper = at(left, top) * (1 - dx) + at(left + 1, top) * dx;
    const lower = at(left, top + 1) * (1 - dx) + at(left + 1, top + 1) * dx;
    return upper * (1 - dy) + lower * dy;
  };
}
