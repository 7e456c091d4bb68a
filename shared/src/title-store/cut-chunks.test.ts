import { expect, test } from "vitest";
import { CHUNK_SIZES, firstChunkBytes } from "./cut-chunks.ts";

/** The same noise for ever. */
function noise(bytes: number, seed = 1): Uint8Array {
  const made = new Uint32Array(Math.ceil(bytes / 4));
  let state = seed;
  for (let index = 0; index < made.length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[index] = state ^ (state >>> 15) ^ (index * 2_654_435_761);
  }
  return new Uint8Array(made.buffer, 0, bytes);
}

function cut(bytes: Uint8Array): number[] {
  const sizes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = firstChunkBytes(bytes.subarray(at, at + CHUNK_SIZES.max));
    sizes.push(size);
    at += size;
  }
  return sizes;
}

const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0);
const texts = (bytes: Uint8Array) => {
  let at = 0;
  return cut(bytes).map((size) => Buffer.from(bytes.subarray(at, (at += size))).toString("latin1"));
};

test("all bytes are in some piece, and pieces are neither small nor large", () => {
  const bytes = noise(40 * 1024 * 1024);
  const sizes = cut(bytes);
  expect(sum(sizes)).toBe(bytes.length);
  for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThan(CHUNK_SIZES.min);
  for (const size of sizes) expect(size).toBeLessThanOrEqual(CHUNK_SIZES.max);
  const mean = bytes.length / sizes.length;
  expect(mean).toBeGreaterThan(CHUNK_SIZES.usual * 0.6);
  expect(mean).toBeLessThan(CHUNK_SIZES.usual * 1.8);
});

test("cuts are the same for ever: a version that is published next year shares pieces with this one", () => {
  expect(cut(noise(8 * 1024 * 1024))).toMatchInlineSnapshot(`
    [
      1025502,
      1078205,
      1348610,
      1819737,
      1379517,
      1684412,
      52625,
    ]
  `);
});

test("what is put in front, or changed in the middle, changes a piece or two", () => {
  const bytes = noise(30 * 1024 * 1024);
  const before = new Set(texts(bytes));
  const longer = new Uint8Array(bytes.length + 1_000);
  longer.set(noise(1_000, 7));
  longer.set(bytes, 1_000);
  const changed = bytes.slice();
  changed.fill(7, 15_000_000, 15_000_100);
  for (const version of [longer, changed]) expect(texts(version).filter((text) => !before.has(text)).length).toBeLessThanOrEqual(3);
});

test("little, nothing, and much of the same", () => {
  expect(cut(new Uint8Array())).toEqual([]);
  expect(cut(new Uint8Array(10))).toEqual([10]);
  expect(cut(new Uint8Array(CHUNK_SIZES.max + 1))).toEqual([CHUNK_SIZES.max, 1]);
});
