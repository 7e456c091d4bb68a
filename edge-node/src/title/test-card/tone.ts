// What the test card sounds like: a quiet steady tone, and a click with every
// flip of the patch. Samples only; `speaker.ts` plays them.

export const SAMPLE_RATE = 48_000;
const TONE_LEVEL = 0.1;
const CLICK_LEVEL = 0.5;
const CLICK_HZ = 2_000;
const CLICK_SAMPLES = SAMPLE_RATE / 50;

export class Tone {
  readonly #toneHz: number;
  #position = 0;
  #clickFrom = Number.NEGATIVE_INFINITY;

  constructor(toneHz: number) {
    this.#toneHz = toneHz;
  }

  /** A click starts with the next sample. */
  click(): void {
    this.#clickFrom = this.#position;
  }

  /** The next samples, s16le, mono. */
  next(count: number): Buffer {
    const samples = Buffer.alloc(count * 2);
    for (let index = 0; index < count; index += 1, this.#position += 1) {
      const tone = TONE_LEVEL * wave(this.#toneHz, this.#position);
      const sinceClick = this.#position - this.#clickFrom;
      const click = sinceClick < CLICK_SAMPLES ? CLICK_LEVEL * (1 - sinceClick / CLICK_SAMPLES) * wave(CLICK_HZ, sinceClick) : 0;
      samples.writeInt16LE(Math.round(32_767 * (tone + click)), index * 2);
    }
    return samples;
  }
}

const wave = (hz: number, position: number): number => Math.sin((2 * Math.PI * hz * position) / SAMPLE_RATE);
