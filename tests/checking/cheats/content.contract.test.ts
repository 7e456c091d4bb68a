// What is shown, and how well: the test card's pictures through a real encoder, held against
// the same scene drawn again.

import { afterAll, describe, expect, test } from "vitest";
import { compareCard } from "@nearframe/checker/compare/compare-card";
import { LIMITS } from "@nearframe/shared/checking/criteria";
import { Scope } from "@nearframe/shared/lifetime";
import { drawCard, film, paint, SIZE, upscaledFrom, type Pixels } from "./card-film.ts";

const SCENE = 4_711;
const scope = new Scope();
afterAll(() => scope.close());
const scene = paint(SCENE);
const honest = (frame: number): Pixels => drawCard(scene, SCENE, frame);
const compare = async (...args: Parameters<typeof film>) => compareCard(await film(...args), SCENE, SIZE, scope);

describe("an honest node", () => {
  test("at a good rate, and at a poor one, shows what was asked for", { timeout: 120_000 }, async () => {
    for (const bitrateKbps of [6_000, 1_500]) {
      const { similarity, sharpness } = await compare(honest, { bitrateKbps });
      expect(similarity).toBeGreaterThan(LIMITS.similarity + 0.1);
      expect(sharpness).toBeGreaterThan(LIMITS.sharpness + 0.1);
    }
  });

  test("whose picture the rate control made small, is similar still, and not called blurred", { timeout: 120_000 }, async () => {
    const { similarity, sharpness } = await compare(honest, { bitrateKbps: 1_000, coded: { width: 640, height: 360 } });
    expect(similarity).toBeGreaterThan(LIMITS.similarity + 0.1);
    expect(sharpness).toBeUndefined();
  });
});

test("a picture drawn with 240 rows and sold as 720 is the same film, and blurred", { timeout: 120_000 }, async () => {
  const { similarity, sharpness } = await compare((frame) => upscaledFrom(240, honest(frame)), { bitrateKbps: 6_000 });
  expect(similarity).toBeGreaterThan(LIMITS.similarity);
  expect(sharpness).toBeLessThan(LIMITS.sharpness / 2);
});

test("a film that was recorded with another scene is another film, whatever number it shows", { timeout: 120_000 }, async () => {
  const other = paint(99);
  const { similarity } = await compare((frame) => drawCard(other, SCENE, frame), { bitrateKbps: 6_000 });
  expect(similarity).toBeLessThan(LIMITS.similarity - 0.2);
});

test("a picture on which nothing can be read is not the card at all", { timeout: 60_000 }, async () => {
  const flat = new Uint32Array(SIZE.width * SIZE.height).fill(0x40_60_80);
  expect(await compare(() => flat, { bitrateKbps: 2_000 })).toEqual({ similarity: 0 });
});
