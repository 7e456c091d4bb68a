// Draws the test card with X11. Each picture is put together out of sight and
// shown by one copy, so whoever looks never sees half of it. The patch is the
// exception: it is redrawn on the screen itself, the moment it flips.

import type { TitleSize } from "@nearframe/shared/title/manifest";
import { CardColour, cardLayers, flipLayers, scrolledBy, type CardState, type Layer } from "@nearframe/shared/title/test-card/picture";
import { paintScene } from "@nearframe/shared/title/test-card/scene";
import x11, { type XClient, type XDisplay } from "x11";

const Z_PIXMAP = 2;
/** Stays below the 256 KiB that a request may have without BIG-REQUESTS. */
const PUT_BYTES_MAX = 200_000;

export class Painter {
  readonly #x: XClient;
  readonly #size: TitleSize;
  readonly #window: number;
  readonly #scene: number;
  readonly #back: number;
  readonly #depth: number;
  readonly #gcs = new Map<CardColour, number>();

  constructor(display: XDisplay, size: TitleSize) {
    const screen = display.screen[0];
    if (!screen) throw new Error("The display has no screen.");
    this.#x = display.client;
    this.#size = size;
    const { width, height } = size;
    const { KeyPress, KeyRelease, ButtonPress } = x11.eventMask;
    this.#window = this.#x.AllocID();
    this.#x.CreateWindow(this.#window, screen.root, 0, 0, width, height, 0, 0, 0, 0, {
      backgroundPixel: CardColour.ink,
      overrideRedirect: 1,
      eventMask: (KeyPress ?? 0) | (KeyRelease ?? 0) | (ButtonPress ?? 0),
    });
    for (const colour of Object.values(CardColour)) {
      const gc = this.#x.AllocID();
      this.#x.CreateGC(gc, this.#window, { foreground: colour, graphicsExposures: 0 });
      this.#gcs.set(colour, gc);
    }
    this.#back = this.#pixmap(screen.root_depth);
    this.#scene = this.#pixmap(screen.root_depth);
    this.#depth = screen.root_depth;
    this.drawScene(0);
    this.#x.MapWindow(this.#window);
  }

  /** Keys go to the card wherever the pointer is. */
  focus(): void {
    this.#x.SetInputFocus(this.#window, 1);
  }

  drawPicture(state: CardState): void {
    const { width, height } = this.#size;
    const from = scrolledBy(state.frame, this.#size);
    this.#copy(this.#scene, this.#back, from, width - from, 0);
    if (from > 0) this.#copy(this.#scene, this.#back, 0, from, width - from);
    this.#drawLayers(this.#back, cardLayers(this.#size, state));
    this.#x.CopyArea(this.#back, this.#window, this.#gc(CardColour.ink), 0, 0, 0, 0, width, height);
  }

  /** At once, between two pictures. */
  drawFlip(flips: number): void {
    this.#drawLayers(this.#window, flipLayers(this.#size, flips));
  }

  #drawLayers(drawable: number, layers: readonly Layer[]): void {
    for (const { colour, rectangles } of layers) {
      if (rectangles.length > 0) this.#x.PolyFillRectangle(drawable, this.#gc(colour), rectangles.map(Math.floor));
    }
  }

  #copy(from: number, to: number, fromX: number, width: number, toX: number): void {
    this.#x.CopyArea(from, to, this.#gc(CardColour.ink), fromX, 0, toX, 0, width, this.#size.height);
  }

  #pixmap(depth: number): number {
    const id = this.#x.AllocID();
    this.#x.CreatePixmap(id, this.#window, depth, this.#size.width, this.#size.height);
    return id;
  }

  /** Other hills, from the next picture on. Takes as long as some pictures do. */
  drawScene(seed: number): void {
    const { width, height } = this.#size;
    const pixels = Buffer.from(paintScene(this.#size, seed).buffer);
    const rowsAtOnce = Math.max(1, Math.floor(PUT_BYTES_MAX / (width * 4)));
    for (let y = 0; y < height; y += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, height - y);
      const part = pixels.subarray(y * width * 4, (y + rows) * width * 4);
      this.#x.PutImage(Z_PIXMAP, this.#scene, this.#gc(CardColour.ink), width, rows, 0, y, 0, this.#depth, part);
    }
  }

  #gc(colour: CardColour): number {
    const gc = this.#gcs.get(colour);
    if (gc === undefined) throw new Error(`no graphics context for colour ${colour}`);
    return gc;
  }
}
