import { describe, expect, test } from "vitest";
import { InputDecodeError, isNewer, KEYS_HELD_MAX, readInput, TEXT_BYTES_MAX, writeInput, type InputMessage } from "./messages.ts";
import vectors from "./vectors.json" with { type: "json" };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("golden vectors", () => {
  // A change to a vector is a change to the protocol: raise PROTOCOL_VERSION with it.
  for (const { name, message, bytes } of vectors as unknown as { name: string; message: InputMessage; bytes: string }[]) {
    test(`${name} is written as agreed`, () => expect(hex(writeInput(withUndefined(message)))).toBe(bytes));
    test(`${name} is read as agreed`, () => {
      expect(readInput(Buffer.from(bytes, "hex"))).toEqual(withUndefined(message));
    });
  }
});

/** JSON has no undefined; the vectors say null. */
function withUndefined(message: InputMessage): InputMessage {
  return deepUndefined(message);
}
function deepUndefined<T>(value: T): T {
  if (value === null) return undefined as T;
  if (Array.isArray(value)) return value.map(deepUndefined) as T;
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, deepUndefined(inner)])) as T;
}

/** Small, seeded and good enough to choose bytes (mulberry32). */
function random(seed: number) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

describe("bytes from strangers", () => {
  test("random bytes are read or refused, never anything else", () => {
    const next = random(20261122);
    let refused = 0;
    for (let i = 0; i < 50_000; i++) {
      const bytes = Uint8Array.from({ length: Math.floor(next() * 80) }, () => Math.floor(next() * 256));
      if (bytes.length > 1) bytes[0] = 1 + Math.floor(next() * 2);
      refused += readsOrRefuses(bytes) ? 0 : 1;
    }
    expect(refused).toBeGreaterThan(40_000);
  });

  test("a real message with any one byte changed, cut or added is read or refused", () => {
    for (const { bytes } of vectors) {
      const whole = Buffer.from(bytes, "hex");
      for (let at = 0; at < whole.length; at++) {
        for (const change of [0x00, 0x01, 0x7f, 0xff]) {
          const changed = Uint8Array.from(whole);
          changed[at] = change;
          readsOrRefuses(changed);
        }
        expect(() => readInput(whole.subarray(0, at))).toThrow(InputDecodeError);
      }
      expect(() => readInput(Uint8Array.from([...whole, 0]))).toThrow(InputDecodeError);
    }
  });

  test("what is read is written back to the same bytes", () => {
    for (const { bytes } of vectors) expect(hex(writeInput(readInput(Buffer.from(bytes, "hex"))))).toBe(bytes);
  });
});

function readsOrRefuses(bytes: Uint8Array): boolean {
  try {
    readInput(bytes);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(InputDecodeError);
    return false;
  }
}

describe("limits", () => {
  test("more keys than ten hands hold are cut", () => {
    const keys = Array.from({ length: 100 }, (_, i) => i + 1);
    const bytes = writeInput({
      kind: "state", seq: 1, edgeSeq: 0, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
      buttons: 0, keys, pads: [], touches: [],
    });
    expect(readInput(bytes)).toMatchObject({ keys: keys.slice(0, KEYS_HELD_MAX) });
  });

  test("long text is cut between characters", () => {
    const read = readInput(writeInput({ kind: "edges", seq: 1, edges: [{ kind: "text", text: "畫".repeat(1000) }] }));
    if (read.kind !== "edges" || read.edges[0]?.kind !== "text") throw new Error("not text");
    expect(read.edges[0].text).toMatch(/^畫+$/);
    expect(Buffer.byteLength(read.edges[0].text)).toBeLessThanOrEqual(TEXT_BYTES_MAX);
  });
});

describe("isNewer", () => {
  test("holds across the wrap", () => {
    expect(isNewer(0, 0xffff_ffff)).toBe(true);
    expect(isNewer(0xffff_ffff, 0)).toBe(false);
    expect(isNewer(5, 5)).toBe(false);
  });

  test("is antisymmetric for all but the two ends of the circle", () => {
    const next = random(7);
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [Math.floor(next() * 2 ** 32), Math.floor(next() * 2 ** 32)];
      if (a === b || ((a - b) | 0) === -(2 ** 31)) continue;
      expect(isNewer(a, b)).toBe(!isNewer(b, a));
    }
  });
});
