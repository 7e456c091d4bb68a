import { expect, test } from "vitest";
import { SAMPLE_RATE, Tone } from "./tone.ts";

const peak = (samples: Buffer): number =>
  Math.max(...Array.from({ length: samples.length / 2 }, (_, index) => Math.abs(samples.readInt16LE(index * 2))));

test("the tone has its frequency, across pieces", () => {
  const tone = new Tone(440);
  const second = Buffer.concat(Array.from({ length: 100 }, () => tone.next(SAMPLE_RATE / 100)));
  let rises = 0;
  for (let at = 2; at < second.length; at += 2) {
    if (second.readInt16LE(at - 2) < 0 && second.readInt16LE(at) >= 0) rises += 1;
  }
  expect(rises).toBeGreaterThanOrEqual(439);
  expect(rises).toBeLessThanOrEqual(440);
});

test("a click is louder than the tone, and passes", () => {
  const tone = new Tone(440);
  const quiet = peak(tone.next(960));
  tone.click();
  expect(peak(tone.next(960))).toBeGreaterThan(quiet * 3);
  expect(peak(tone.next(960))).toBe(quiet);
});
