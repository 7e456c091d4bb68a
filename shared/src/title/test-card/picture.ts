// Every picture of the test card, as rectangles over its scene: what the card draws, and
// what a checker draws again to hold the card's stream against it. Pure.

import type { TitleSize } from "../manifest.ts";
import {
  CODE_BLOCK_PIXELS, CODE_COLUMNS, CODE_HEIGHT, CODE_WIDTH, codeBlocks, testCardLayout, type PlacedCode, type Rectangle,
} from "../test-card-layout.ts";
import { GLYPH_ROWS, textRectangles, textWidth } from "./glyphs.ts";

export const CardColour = {
  black: 0x000000, white: 0xffffff, ink: 0x10_10_2c, paper: 0xf2_ec_ff, patchDark: 0x1b_2a_6b, patchLit: 0xff_e0_66,
} as const;
export type CardColour = (typeof CardColour)[keyof typeof CardColour];

export type CardState = {
  frame: number;
  flips: number;
  wallMs: number;
  scene: number;
  /** What was pressed last, in words. */
  lastInput: string;
};

/** x, y, width, height of each, flat; later layers lie on earlier ones. */
export type Layer = { colour: CardColour; rectangles: readonly number[] };

/** Four pixels a picture: at 60 a second the screen has gone round in about 5 s. */
const SCROLL_PIXELS = 4;
const LINES = 4;

/** Which column of the scene is at the left edge. */
export const scrolledBy = (frame: number, { width }: TitleSize): number => (frame * SCROLL_PIXELS) % width;

export function cardLayers(size: TitleSize, state: CardState): Layer[] {
  const layout = testCardLayout(size);
  return [
    ...patchLayers(size, state.flips),
    ...wordLayers(size, state),
    ...codeLayers(layout.frame, state.frame),
    ...codeLayers(layout.flips, state.flips),
    ...codeLayers(layout.clock, state.wallMs % 0x1_0000),
    ...codeLayers(layout.scene, state.scene),
    ...codeLayers(layout.frameAgain, state.frame),
  ];
}

/** What changes at once, between two pictures. */
export function flipLayers(size: TitleSize, flips: number): Layer[] {
  return [...patchLayers(size, flips), ...codeLayers(testCardLayout(size).flips, flips)];
}

/** Where words for people stand: they tell a clock that nobody else can know. */
export function wordsRectangle(size: TitleSize): Rectangle {
  const { dot, small, left, top, line } = wordSizes(size);
  const width = left * 2 + textWidth("00:00:00.000", dot);
  return { x: 0, y: top - 2 * dot, width, height: line + LINES * (GLYPH_ROWS + 4) * small + 4 * dot };
}

function wordSizes({ width, height }: TitleSize) {
  const dot = Math.max(1, Math.floor(width / 220));
  return { dot, small: Math.max(1, Math.floor(dot / 2)), left: CODE_BLOCK_PIXELS, top: Math.floor(height * 0.3), line: (GLYPH_ROWS + 4) * dot };
}

function wordLayers(size: TitleSize, state: CardState): Layer[] {
  const { dot, small, left, top, line } = wordSizes(size);
  const { x, y, width, height } = wordsRectangle(size);
  const clock = clockText(state.wallMs);
  const lines = [`${size.width} X ${size.height}`, `FRAME ${state.frame}`, `FLIPS ${state.flips}`, state.lastInput];
  return [
    { colour: CardColour.ink, rectangles: [x, y, width, height] },
    {
      colour: CardColour.paper,
      rectangles: [
        ...textRectangles(clock, left, top, dot),
        ...lines.flatMap((words, index) => textRectangles(words, left, top + line + index * (GLYPH_ROWS + 4) * small, small)),
      ],
    },
  ];
}

function patchLayers(size: TitleSize, flips: number): Layer[] {
  const { x, y, width, height } = testCardLayout(size).patch;
  const lit = flips % 2 === 1;
  const words = "PRESS ANY KEY, CLICK OR TOUCH";
  const dot = Math.max(1, Math.floor((width * 0.8) / textWidth(words, 1)));
  const top = y + height - (GLYPH_ROWS + 4) * dot;
  return [
    { colour: lit ? CardColour.patchLit : CardColour.patchDark, rectangles: [x, y, width, height] },
    { colour: lit ? CardColour.patchDark : CardColour.patchLit, rectangles: textRectangles(words, x + (width - textWidth(words, dot)) / 2, top, dot) },
  ];
}

function codeLayers({ kind, x, y }: PlacedCode, value: number): Layer[] {
  const white = codeBlocks(kind, value).flatMap((on, index) =>
    on ? [x + (index % CODE_COLUMNS) * CODE_BLOCK_PIXELS, y + Math.floor(index / CODE_COLUMNS) * CODE_BLOCK_PIXELS, CODE_BLOCK_PIXELS, CODE_BLOCK_PIXELS] : [],
  );
  return [
    { colour: CardColour.black, rectangles: [x, y, CODE_WIDTH, CODE_HEIGHT] },
    { colour: CardColour.white, rectangles: white },
  ];
}

/** Of the day, UTC: "07:05:09.123". */
function clockText(wallMs: number): string {
  const part = (each: number, of: number, digits: number) => String(Math.floor(wallMs / each) % of).padStart(digits, "0");
  return `${part(3_600_000, 24, 2)}:${part(60_000, 60, 2)}:${part(1_000, 60, 2)}.${part(1, 1_000, 3)}`;
}
