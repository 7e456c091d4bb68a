// What stands behind the game. Everything is painted once for each hour and then
// only copied: a processor without a graphics card has to do it 60 times a second.

import { makeRandom } from "./random.js";
import { VIEW_HEIGHT } from "./world.js";

export const HORIZON_Y = 566;
const RIDGE_WIDTH = 2048;
const RIDGE_TOP = 230;
/** How fast the ridges pass, against the lanterns. */
const PARALLAX = [0.06, 0.16];

/** @returns {{ draw(context, cameraX): void }} one hour's scenery, for a view of this width. */
export function paintScenery(theme, viewWidth, scale) {
  const sky = paintSky(theme, viewWidth, scale);
  const ridges = theme.ridges.map((colour, index) => paintRidge(colour, index, scale));
  return {
    draw(context, cameraX) {
      context.drawImage(sky, 0, 0);
      for (const [index, ridge] of ridges.entries()) {
        const width = ridge.width;
        // Whole pixels: copying between them would cost several times as much.
        let x = -Math.round((((cameraX * PARALLAX[index]) % RIDGE_WIDTH) + RIDGE_WIDTH) % RIDGE_WIDTH * scale);
        for (; x < viewWidth * scale; x += width) context.drawImage(ridge, x, Math.round((HORIZON_Y - RIDGE_TOP) * scale));
      }
    },
  };
}

function makeCanvas(width, height, scale, opaque = false) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d", { alpha: !opaque });
  context.scale(scale, scale);
  return [canvas, context];
}

function paintSky(theme, width, scale) {
  const [canvas, context] = makeCanvas(width, VIEW_HEIGHT, scale, true);
  const random = makeRandom(7);
  const gradient = context.createLinearGradient(0, 0, 0, HORIZON_Y);
  for (const [index, colour] of theme.sky.entries()) gradient.addColorStop(index / (theme.sky.length - 1), colour);
  context.fillStyle = gradient;
  context.fillRect(0, 0, width, HORIZON_Y + 1);
  for (let star = 0; star < theme.stars; star += 1) {
    const y = random() ** 1.7 * HORIZON_Y * 0.85;
    context.fillStyle = `rgba(255, 250, 235, ${(0.15 + random() * 0.75) * (1 - y / HORIZON_Y)})`;
    const size = random() < 0.08 ? 2.4 : 1.3;
    context.fillRect(random() * width, y, size, size);
  }
  if (theme.aurora) paintAurora(context, theme.aurora, width, random);
  paintLight(context, theme.light, width);
  paintWater(context, theme, width, random);
  return canvas;
}

function paintLight(context, { colour, x, y, radius }, width) {
  const [cx, cy] = [x * width, y * HORIZON_Y];
  const halo = context.createRadialGradient(cx, cy, radius * 0.6, cx, cy, radius * 7);
  halo.addColorStop(0, `rgba(${colour}, 0.5)`);
  halo.addColorStop(0.25, `rgba(${colour}, 0.16)`);
  halo.addColorStop(1, `rgba(${colour}, 0)`);
  context.fillStyle = halo;
  context.fillRect(0, 0, width, HORIZON_Y);
  context.fillStyle = `rgb(${colour})`;
  context.beginPath();
  context.arc(cx, cy, radius, 0, Math.PI * 2);
  context.fill();
}

function paintAurora(context, colours, width, random) {
  context.globalCompositeOperation = "lighter";
  for (const [band, colour] of colours.entries()) {
    const base = 120 + band * 70;
    for (let x = 0; x < width; x += 3) {
      const wave = Math.sin(x / 170 + band * 2.1) * 46 + Math.sin(x / 61 + band) * 16;
      const height = 120 + 60 * Math.sin(x / 90 + band * 1.3) + random() * 26;
      const strength = 0.05 + 0.055 * (1 + Math.sin(x / 120 + band * 4));
      const curtain = context.createLinearGradient(0, base + wave - height, 0, base + wave + 26);
      curtain.addColorStop(0, `rgba(${colour}, 0)`);
      curtain.addColorStop(0.8, `rgba(${colour}, ${strength})`);
      curtain.addColorStop(1, `rgba(${colour}, 0)`);
      context.fillStyle = curtain;
      context.fillRect(x, base + wave - height, 3, height + 26);
    }
  }
  context.globalCompositeOperation = "source-over";
}

function paintWater(context, theme, width, random) {
  const gradient = context.createLinearGradient(0, HORIZON_Y, 0, VIEW_HEIGHT);
  gradient.addColorStop(0, theme.water[0]);
  gradient.addColorStop(1, theme.water[1]);
  context.fillStyle = gradient;
  context.fillRect(0, HORIZON_Y, width, VIEW_HEIGHT - HORIZON_Y);
  // The path that the light lays over the lake.
  for (let glint = 0; glint < 150; glint += 1) {
    const depth = random();
    const y = HORIZON_Y + depth * (VIEW_HEIGHT - HORIZON_Y);
    const spread = 24 + depth * 150;
    const length = 8 + random() * 46 * (0.4 + depth);
    context.fillStyle = `rgba(${theme.light.colour}, ${0.32 * (1 - depth * 0.75) * random()})`;
    context.fillRect(theme.light.x * width + (random() - 0.5) * spread - length / 2, y, length, 1.6);
  }
}

/** Hills and their image in the lake, one strip whose ends meet. */
function paintRidge(colour, index, scale) {
  const height = VIEW_HEIGHT - HORIZON_Y + RIDGE_TOP;
  const [canvas, context] = makeCanvas(RIDGE_WIDTH, height, scale);
  const tops = Array.from({ length: RIDGE_WIDTH / 4 + 1 }, (_, step) => hillTop(step * 4, index));
  const paintUnder = (mirror) => {
    context.beginPath();
    context.moveTo(0, RIDGE_TOP);
    for (const [step, top] of tops.entries()) context.lineTo(step * 4, RIDGE_TOP + (mirror ? top * 0.55 : -top));
    context.lineTo(RIDGE_WIDTH, RIDGE_TOP);
    context.fill();
  };
  const body = context.createLinearGradient(0, RIDGE_TOP - 190, 0, RIDGE_TOP);
  body.addColorStop(0, colour);
  body.addColorStop(1, mix(colour, 1.35));
  context.fillStyle = body;
  paintUnder(false);
  const image = context.createLinearGradient(0, RIDGE_TOP, 0, RIDGE_TOP + 110);
  image.addColorStop(0, withAlpha(colour, 0.6));
  image.addColorStop(1, withAlpha(colour, 0));
  context.fillStyle = image;
  paintUnder(true);
  return canvas;
}

/** Whole waves only, so that the strip can be laid end to end. */
function hillTop(x, index) {
  const turn = (x / RIDGE_WIDTH) * Math.PI * 2;
  const waves = index === 0
    ? [[2, 52, 0.4], [5, 34, 1.9], [11, 16, 0.7], [23, 6, 2.2]]
    : [[3, 30, 2.6], [7, 24, 0.3], [13, 12, 4.4], [37, 4, 1.1]];
  const base = index === 0 ? 96 : 52;
  return Math.max(4, waves.reduce((sum, [count, size, phase]) => sum + size * Math.sin(turn * count + phase), base));
}

function channels(colour) {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
const mix = (colour, factor) => `rgb(${channels(colour).map((part) => Math.min(255, Math.round(part * factor))).join(", ")})`;
const withAlpha = (colour, alpha) => `rgba(${channels(colour).join(", ")}, ${alpha})`;
