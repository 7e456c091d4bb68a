// The test card as it should look: drawn here, from what was typed and what the card counts.
// Only brightness, as a decoder gives it. Pure.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import { cardLayers, scrolledBy, wordsRectangle } from "@nearframe/shared/title/test-card/picture";
import { paintScene } from "@nearframe/shared/title/test-card/scene";
import { testCardLayout, CODE_HEIGHT, CODE_WIDTH, type Rectangle } from "@nearframe/shared/title/test-card-layout";
import { noncePlace } from "@nearframe/shared/media/nonce-pattern";
import type { Luma } from "../media/picture.ts";

/** What no checker can know: the card's wall clock, what was pressed last, numbers that somebody else asked for. */
export function unknownPlaces(size: TitleSize): Rectangle[] {
  const { clock } = testCardLayout(size);
  return [wordsRectangle(size), { x: clock.x, y: clock.y, width: CODE_WIDTH, height: CODE_HEIGHT }, noncePlace(size)];
}

/** All that is the same in front of every scene, and all that can't be known. */
export function placesBeforeScene(size: TitleSize): Rectangle[] {
  const { patch, frame, flips, clock, scene, frameAgain } = testCardLayout(size);
  const codes = [frame, flips, clock, scene, frameAgain].map(({ x, y }) => ({ x, y, width: CODE_WIDTH, height: CODE_HEIGHT }));
  return [patch, ...codes, wordsRectangle(size), noncePlace(size)];
}

export interface Reference {
  /** Owned by the caller. */
  draw(card: { frame: number; flips: number }): Luma;
}

export function createReference(size: TitleSize, scene: number): Reference {
  const { width, height } = size;
  const behind = Uint8Array.from(paintScene(size, scene), lumaOf);
  return {
    draw({ frame, flips }) {
      const from = scrolledBy(frame, size);
      const data = new Uint8Array(width * height);
      for (let row = 0; row < height; row += 1) {
        const start = row * width;
        data.set(behind.subarray(start + from, start + width), start);
        data.set(behind.subarray(start, start + from), start + width - from);
      }
      const luma: Luma = { data, width, height, bytesPerRow: width };
      for (const { colour, rectangles } of cardLayers(size, { frame, flips, scene, wallMs: 0, lastInput: "" })) {
        for (let at = 0; at + 3 < rectangles.length; at += 4) {
          const [x = 0, y = 0, w = 0, h = 0] = rectangles.slice(at, at + 4).map(Math.floor);
          fill(luma, { x, y, width: w, height: h }, lumaOf(colour));
        }
      }
      return luma;
    },
  };
}

/** Nothing of these places is compared. */
export function cover(luma: Luma, size: TitleSize): void {
  for (const place of unknownPlaces(size)) fill(luma, scaled(place, size, luma), 16);
}

/** With what a scaler smears over its edge. */
export function scaled({ x, y, width, height }: Rectangle, from: TitleSize, to: TitleSize): Rectangle {
  const [sx, sy] = [to.width / from.width, to.height / from.height];
  return { x: Math.floor(x * sx), y: Math.floor(y * sy), width: Math.ceil(width * sx) + 1, height: Math.ceil(height * sy) + 1 };
}

function fill({ data, width, height, bytesPerRow }: Luma, place: Rectangle, value: number): void {
  const right = Math.min(width, place.x + place.width);
  for (let row = Math.max(0, place.y); row < Math.min(height, place.y + place.height); row += 1) {
    data.fill(value, row * bytesPerRow + Math.max(0, place.x), row * bytesPerRow + right);
  }
}

/** BT.601, limited range: what libyuv makes of BGRX. */
const lumaOf = (colour: number): number => ((66 * ((colour >> 16) & 0xff) + 129 * ((colour >> 8) & 0xff) + 25 * (colour & 0xff) + 128) >> 8) + 16;
