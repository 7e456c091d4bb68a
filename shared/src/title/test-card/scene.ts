// The moving picture behind the test card: hills at dusk, drawn once. Its left
// edge continues its right edge, so it can be scrolled for ever. Other hills for
// each seed, and the same for the same one, wherever they are drawn.

import type { TitleSize } from "../manifest.ts";

type Colour = readonly [red: number, green: number, blue: number];

const SKY: readonly { at: number; colour: Colour }[] = [
  { at: 0, colour: [14, 16, 44] },
  { at: 0.4, colour: [74, 36, 104] },
  { at: 0.62, colour: [214, 84, 96] },
  { at: 0.78, colour: [255, 178, 92] },
  { at: 1, colour: [255, 214, 150] },
];

/** From the farthest to the nearest. Waves: [how many fit the width, height as a share, phase]. */
const HILLS: readonly { base: number; colour: Colour; waves: readonly (readonly [number, number, number])[] }[] = [
  { base: 0.6, colour: [122, 60, 112], waves: [[3, 0.06, 0.4], [7, 0.03, 1.9], [17, 0.008, 0.7]] },
  { base: 0.7, colour: [74, 42, 96], waves: [[4, 0.05, 2.2], [9, 0.03, 0.3], [23, 0.007, 1.1]] },
  { base: 0.81, colour: [38, 28, 72], waves: [[5, 0.05, 4.1], [11, 0.02, 2.7], [31, 0.01, 0.2]] },
  { base: 0.93, colour: [16, 16, 44], waves: [[6, 0.04, 1.3], [13, 0.02, 5.1], [47, 0.012, 3.3]] },
];

const SUN: Colour = [255, 236, 190];
const STARS_PER_SCREEN = 260;

/** Seed 0 is the picture that everybody knows. Pixels of 0x00RRGGBB, row by row, as a 24-bit X server keeps them. */
export function paintScene({ width, height }: TitleSize, seed = 0): Uint32Array {
  const pixels = new Uint32Array(width * height);
  const put = (x: number, y: number, [red, green, blue]: Colour) => {
    pixels[y * width + x] = (clampByte(red) << 16) | (clampByte(green) << 8) | clampByte(blue);
  };
  const chance = (index: number) => (seed === 0 ? 0 : noise(seed * 131 + index));
  // A flat picture would flatter every encoder.
  const grain = (x: number, y: number) => noise(x * 7919 + y * 104_729 + seed * 65_537) - 0.5;
  const ridges = HILLS.map(({ base, waves }, hill) =>
    ridge(width, height, base - 0.12 * chance(hill), waves.map(([count, size, phase], wave) => [count, size * (1 + chance(16 + hill * 3 + wave)), phase + 6.28 * chance(32 + hill * 3 + wave)] as const)),
  );
  const sun = { x: width * (0.3 + 0.5 * chance(1)), y: height * (0.56 - 0.3 * chance(2)), radius: height * (0.11 + 0.06 * chance(3)) };
  for (let y = 0; y < height; y += 1) {
    const sky = skyColour(y / height);
    for (let x = 0; x < width; x += 1) {
      const hill = ridges.findLastIndex((tops) => y >= (tops[x] ?? height));
      if (hill >= 0) {
        put(x, y, shade(HILLS[hill]?.colour ?? SUN, grain(x, y) * 12 - (y - (ridges[hill]?.[x] ?? 0)) * 0.06));
        continue;
      }
      const distance = Math.hypot(x - sun.x, y - sun.y);
      put(x, y, distance < sun.radius ? SUN : shade(sky, grain(x, y) * 6 + 60 * Math.exp(-(distance - sun.radius) / (height * 0.12))));
    }
  }
  for (let star = 0; star < STARS_PER_SCREEN; star += 1) {
    const x = Math.floor(noise(seed * 1_021 + star * 2 + 1) * width);
    const y = Math.floor(noise(seed * 1_021 + star * 2 + 2) ** 2 * height * 0.45);
    put(x, y, shade([200, 200, 235], (noise(star) - 0.5) * 110));
  }
  return pixels;
}

/** The height of a row of hills at each column. Whole waves only, so that the ends meet. */
function ridge(width: number, height: number, base: number, waves: readonly (readonly [number, number, number])[]): number[] {
  return Array.from({ length: width }, (_, x) =>
    Math.round(height * waves.reduce((y, [count, size, phase]) => y + size * Math.sin((x / width) * Math.PI * 2 * count + phase), base)),
  );
}

function skyColour(at: number): Colour {
  const next = Math.max(1, SKY.findIndex((stop) => stop.at >= at));
  const from = SKY[next - 1] ?? SKY[0];
  const to = SKY[next] ?? SKY.at(-1);
  if (!from || !to) return SUN;
  const share = (at - from.at) / (to.at - from.at);
  const mix = (a: number, b: number) => a + (b - a) * share;
  return [mix(from.colour[0], to.colour[0]), mix(from.colour[1], to.colour[1]), mix(from.colour[2], to.colour[2])];
}

const shade = ([red, green, blue]: Colour, by: number): Colour => [red + by, green + by, blue + by];
const clampByte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));

/** 0 to 1, the same for the same seed: an integer hash (Jenkins' one-at-a-time finish). */
function noise(seed: number): number {
  let hash = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
