// Draws the test card with X11. Each picture is put together out of sight and
// shown by one copy, so whoever looks never sees half of it. The patch is the
// exception: it is redrawn on the screen itself, the moment it flips.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import {
  CODE_BLOCK_PIXELS, CODE_COLUMNS, CODE_HEIGHT, CODE_WIDTH, codeBlocks, testCardLayout, type PlacedCode,
} from "@nearframe/shared/title/test-card-layout";
import x11, { type XClient, type XDisplay } from "x11";
import { GLYPH_ROWS, textRectangles, textWidth } from "./glyphs.ts";
import { paintScene } from "./scene.ts";

/** Four pixels a picture: at 60 a second the screen has gone round in about 5 s. */
const SCROLL_PIXELS = 4;
const Z_PIXMAP = 2;
/** Stays below the 256 KiB that a request may have without BIG-REQUESTS. */
const PUT_BYTES_MAX = 200_000;

const Colour = { black: 0x000000, white: 0xffffff, ink: 0x10_10_2c, paper: 0xf2_ec_ff, patchDark: 0x1b_2a_6b, patchLit: 0xff_e0_66 } as const;
type Colour = (typeof Colour)[keyof typeof Colour];

export type CardState = {
  frame: number;
  flips: number;
  wallMs: number;
  /** What was pressed last, in words. */
  lastInput: string;
};

export class Painter {
  readonly #x: XClient;
  readonly #size: TitleSize;
  readonly #window: number;
  readonly #scene: number;
  readonly #back: number;
  readonly #gcs = new Map<Colour, number>();

  constructor(display: XDisplay, size: TitleSize) {
    const screen = display.screen[0];
    if (!screen) throw new Error("The display has no screen.");
    this.#x = display.client;
    this.#size = size;
    const { width, height } = size;
    const { KeyPress, KeyRelease, ButtonPress } = x11.eventMask;
    this.#window = this.#x.AllocID();
    this.#x.CreateWindow(this.#window, screen.root, 0, 0, width, height, 0, 0, 0, 0, {
      backgroundPixel: Colour.ink,
      overrideRedirect: 1,
      eventMask: (KeyPress ?? 0) | (KeyRelease ?? 0) | (ButtonPress ?? 0),
    });
    for (const colour of Object.values(Colour)) {
      const gc = this.#x.AllocID();
      this.#x.CreateGC(gc, this.#window, { foreground: colour, graphicsExposures: 0 });
      this.#gcs.set(colour, gc);
    }
    this.#back = this.#pixmap(screen.root_depth);
    this.#scene = this.#pixmap(screen.root_depth);
    this.#fillScene(screen.root_depth);
    this.#x.MapWindow(this.#window);
  }

  /** Keys go to the card wherever the pointer is. */
  focus(): void {
    this.#x.SetInputFocus(this.#window, 1);
  }

  drawPicture(state: CardState): void {
    const { width, height } = this.#size;
    const from = (state.frame * SCROLL_PIXELS) % width;
    this.#copy(this.#scene, this.#back, from, width - from, 0);
    if (from > 0) this.#copy(this.#scene, this.#back, 0, from, width - from);
    const layout = testCardLayout(this.#size);
    this.#drawPatch(this.#back, state.flips);
    this.#drawWords(this.#back, state);
    this.#drawCode(this.#back, layout.frame, state.frame);
    this.#drawCode(this.#back, layout.flips, state.flips);
    this.#drawCode(this.#back, layout.clock, state.wallMs % 0x1_0000);
    this.#drawCode(this.#back, layout.frameAgain, state.frame);
    this.#x.CopyArea(this.#back, this.#window, this.#gc(Colour.ink), 0, 0, 0, 0, width, height);
  }

  /** At once, between two pictures. */
  drawFlip(flips: number): void {
    this.#drawPatch(this.#window, flips);
    this.#drawCode(this.#window, testCardLayout(this.#size).flips, flips);
  }

  #drawPatch(drawable: number, flips: number): void {
    const { x, y, width, height } = testCardLayout(this.#size).patch;
    const lit = flips % 2 === 1;
    this.#fill(drawable, lit ? Colour.patchLit : Colour.patchDark, [x, y, width, height]);
    const words = "PRESS ANY KEY, CLICK OR TOUCH";
    const dot = Math.max(1, Math.floor((width * 0.8) / textWidth(words, 1)));
    const top = y + height - (GLYPH_ROWS + 4) * dot;
    this.#fill(drawable, lit ? Colour.patchDark : Colour.patchLit, textRectangles(words, x + (width - textWidth(words, dot)) / 2, top, dot));
  }

  #drawWords(drawable: number, state: CardState): void {
    const dot = Math.max(1, Math.floor(this.#size.width / 220));
    const line = (GLYPH_ROWS + 4) * dot;
    const left = CODE_BLOCK_PIXELS;
    const top = Math.floor(this.#size.height * 0.3);
    const small = Math.max(1, Math.floor(dot / 2));
    const clock = new Date(state.wallMs).toISOString().slice(11, 23);
    const lines = [
      `${this.#size.width} X ${this.#size.height}`,
      `FRAME ${state.frame}`,
      `FLIPS ${state.flips}`,
      state.lastInput,
    ];
    this.#fill(drawable, Colour.ink, [0, top - 2 * dot, left * 2 + textWidth(clock, dot), line + lines.length * (GLYPH_ROWS + 4) * small + 4 * dot]);
    const words = [
      ...textRectangles(clock, left, top, dot),
      ...lines.flatMap((words, index) => textRectangles(words, left, top + line + index * (GLYPH_ROWS + 4) * small, small)),
    ];
    this.#fill(drawable, Colour.paper, words);
  }

  #drawCode(drawable: number, code: PlacedCode, value: number): void {
    this.#fill(drawable, Colour.black, [code.x, code.y, CODE_WIDTH, CODE_HEIGHT]);
    const white = codeBlocks(code.kind, value).flatMap((on, index) => {
      const x = code.x + (index % CODE_COLUMNS) * CODE_BLOCK_PIXELS;
      const y = code.y + Math.floor(index / CODE_COLUMNS) * CODE_BLOCK_PIXELS;
      return on ? [x, y, CODE_BLOCK_PIXELS, CODE_BLOCK_PIXELS] : [];
    });
    this.#fill(drawable, Colour.white, white);
  }

  #fill(drawable: number, colour: Colour, rectangles: readonly number[]): void {
    if (rectangles.length > 0) this.#x.PolyFillRectangle(drawable, this.#gc(colour), rectangles.map(Math.floor));
  }

  #copy(from: number, to: number, fromX: number, width: number, toX: number): void {
    this.#x.CopyArea(from, to, this.#gc(Colour.ink), fromX, 0, toX, 0, width, this.#size.height);
  }

  #pixmap(depth: number): number {
    const id = this.#x.AllocID();
    this.#x.CreatePixmap(id, this.#window, depth, this.#size.width, this.#size.height);
    return id;
  }

  #fillScene(depth: number): void {
    const { width, height } = this.#size;
    const pixels = paintScene(this.#size);
    const rowsAtOnce = Math.max(1, Math.floor(PUT_BYTES_MAX / (width * 4)));
    for (let y = 0; y < height; y += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, height - y);
      const part = pixels.subarray(y * width * 4, (y + rows) * width * 4);
      this.#x.PutImage(Z_PIXMAP, this.#scene, this.#gc(Colour.ink), width, rows, 0, y, 0, depth, part);
    }
  }

  #gc(colour: Colour): number {
    const gc = this.#gcs.get(colour);
    if (gc === undefined) throw new Error(`no graphics context for colour ${colour}`);
    return gc;
  }
}
