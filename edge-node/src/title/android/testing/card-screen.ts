// What the double's screen shows, in memory: the test card as its app, a plain home screen
// without it. Drawn as the title "test-card" is laid out, so the same reader reads both.

import { CODE_BLOCK_PIXELS, CODE_COLUMNS, CODE_HEIGHT, CODE_WIDTH, codeBlocks, testCardLayout, type PlacedCode } from "@nearframe/shared/title/test-card-layout";
import type { TitleSize } from "@nearframe/shared/title/manifest";
import { paintScene } from "@nearframe/shared/title/test-card/scene";

const DARK = 0xff1b_2a6b;
const LIT = 0xffff_e066;
const BLACK = 0xff00_0000;
const WHITE = 0xffff_ffff;
const HOME = 0xff40_5060;
const SCROLL_PIXELS = 4;

const scenes = new Map<string, Uint32Array>();

export class CardScreen {
  readonly size: TitleSize;
  readonly #pixels: Uint32Array;

  constructor(size: TitleSize) {
    this.size = size;
    this.#pixels = new Uint32Array(size.width * size.height);
  }

  /** Rows of BGRX, this one's own until it draws again. */
  get bytes(): Buffer {
    return Buffer.from(this.#pixels.buffer);
  }

  drawHome(): void {
    this.#pixels.fill(HOME);
  }

  drawCard({ frame, flips, wallMs }: { frame: number; flips: number; wallMs: number }): void {
    const { width, height } = this.size;
    const scene = sceneOf(this.size);
    const from = (frame * SCROLL_PIXELS) % width;
    for (let row = 0; row < height; row++) {
      const at = row * width;
      this.#pixels.set(scene.subarray(at + from, at + width), at);
      this.#pixels.set(scene.subarray(at, at + from), at + width - from);
    }
    const layout = testCardLayout(this.size);
    this.#fill(layout.patch.x, layout.patch.y, layout.patch.width, layout.patch.height, flips % 2 === 1 ? LIT : DARK);
    this.#code(layout.frame, frame);
    this.#code(layout.flips, flips);
    this.#code(layout.clock, wallMs % 0x1_0000);
    this.#code(layout.frameAgain, frame);
  }

  #code(code: PlacedCode, value: number): void {
    this.#fill(code.x, code.y, CODE_WIDTH, CODE_HEIGHT, BLACK);
    codeBlocks(code.kind, value).forEach((on, index) => {
      if (!on) return;
      const [x, y] = [code.x + (index % CODE_COLUMNS) * CODE_BLOCK_PIXELS, code.y + Math.floor(index / CODE_COLUMNS) * CODE_BLOCK_PIXELS];
      this.#fill(x, y, CODE_BLOCK_PIXELS, CODE_BLOCK_PIXELS, WHITE);
    });
  }

  #fill(x: number, y: number, width: number, height: number, colour: number): void {
    for (let row = y; row < y + height; row++) this.#pixels.fill(colour, row * this.size.width + x, row * this.size.width + x + width);
  }
}

/** Takes a while to paint, and is the same for all of one size. */
function sceneOf(size: TitleSize): Uint32Array {
  const key = `${size.width}x${size.height}`;
  const known = scenes.get(key);
  if (known) return known;
  const scene = paintScene(size);
  scenes.set(key, scene);
  return scene;
}
