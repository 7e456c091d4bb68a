import * as z from "zod/mini";
import { describe, expect, test } from "vitest";
import { readProbeFromNode, readProbeFromPlayer, writeProbe, type ProbeMessage } from "./messages.ts";
import { PINGS_MAX, ProbeResult } from "./probe-result.ts";
import { probeSignedBytes } from "./signed-bytes.ts";
import { summarizeProbe } from "./statistics.ts";
import vectors from "./vectors.json" with { type: "json" };

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const unhex = (text: string) => Uint8Array.from(Buffer.from(text, "hex"));

describe("golden vectors", () => {
  // A change to a vector is a change to the protocol: raise PROTOCOL_VERSION with it.
  test.each(vectors.messages)("$name is written and read as agreed", ({ message, from, bytes }) => {
    expect(hex(writeProbe(message as ProbeMessage))).toBe(bytes);
    const [read, other] = from === "player" ? [readProbeFromPlayer, readProbeFromNode] : [readProbeFromNode, readProbeFromPlayer];
    expect(read(unhex(bytes))).toEqual(message);
    expect(other(unhex(bytes))).toBeUndefined();
  });

  test("a receipt is written and read as agreed", () => {
    const signature = unhex(vectors.receipt.signature);
    expect(hex(writeProbe({ kind: "receipt", signature }))).toBe(vectors.receipt.bytes);
    expect(readProbeFromNode(unhex(vectors.receipt.bytes))).toEqual({ kind: "receipt", signature });
    expect(() => writeProbe({ kind: "receipt", signature: signature.slice(1) })).toThrow(RangeError);
  });

  test("what a node signs is these bytes", () => {
    expect(hex(probeSignedBytes(vectors.signed.name, vectors.signed.result))).toBe(vectors.signed.bytes);
  });
});

test("each part of a probe changes what is signed", () => {
  const { name, result } = vectors.signed;
  const all = [
    probeSignedBytes(name, result),
    probeSignedBytes({ ...name, sessionId: "s-2" }, result),
    probeSignedBytes({ ...name, epoch: name.epoch + 1 }, result),
    probeSignedBytes({ ...name, nonce: `${name.nonce}B` }, result),
    probeSignedBytes({ ...name, nodeId: "node-8" }, result),
    // The same letters, cut elsewhere.
    probeSignedBytes({ ...name, sessionId: "s-1A", nonce: name.nonce.slice(1) }, result),
    probeSignedBytes(name, { ...result, lost: 2 }),
    probeSignedBytes(name, { ...result, count: 13 }),
    probeSignedBytes(name, { ...result, jitterMs: 1.501 }),
    probeSignedBytes(name, { ...result, rttMs: { ...result.rttMs, min: 20.249 } }),
  ].map(hex);
  expect(new Set(all).size).toBe(all.length);
});

describe("bytes from strangers", () => {
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

  test("are read as a message that would be written just so, or not at all", () => {
    const next = random(7);
    let read = 0;
    for (let i = 0; i < 50_000; i++) {
      const bytes = Uint8Array.from({ length: [2, 6, 18, 65, Math.floor(next() * 80)][i % 5] ?? 0 }, () => Math.floor(next() * 256));
      if (bytes.length > 1) [bytes[0], bytes[1]] = [Math.floor(next() * 7), Math.floor(next() * 40)];
      for (const message of [readProbeFromPlayer(bytes), readProbeFromNode(bytes)]) {
        if (!message) continue;
        read++;
        // A number that is not a number has many spellings; none of them is read.
        expect(hex(writeProbe(message))).toBe(hex(bytes));
      }
    }
    expect(read).toBeGreaterThan(1_000);
  });

  test("a real message that is cut, or longer, is not read", () => {
    for (const { bytes } of vectors.messages) {
      for (const bad of [unhex(bytes).slice(0, -1), unhex(`${bytes}00`), new Uint8Array()]) {
        expect(readProbeFromPlayer(bad) ?? readProbeFromNode(bad)).toBeUndefined();
      }
    }
  });

  test("a number beyond the last ping is not read", () => {
    expect(readProbeFromPlayer(writeProbe({ kind: "ping", number: PINGS_MAX, token: 1 }))).toBeUndefined();
    expect(readProbeFromPlayer(writeProbe({ kind: "finish", count: 0 }))).toBeUndefined();
    expect(readProbeFromPlayer(writeProbe({ kind: "finish", count: PINGS_MAX + 1 }))).toBeUndefined();
  });
});

describe("the figures of a probe", () => {
  test.each([
    ["of one round trip", [20], { count: 1, lost: 0, rttMs: { min: 20, p50: 20, p95: 20 }, jitterMs: 0 }],
    ["without those that were lost", [20, undefined, 22, 30], { count: 4, lost: 1, rttMs: { min: 20, p50: 22, p95: 30 }, jitterMs: 5 }],
    ["in whole microseconds", [0.12345, 0.2], { count: 2, lost: 0, rttMs: { min: 0.123, p50: 0.123, p95: 0.2 }, jitterMs: 0.077 }],
    ["a round trip beyond the longest is a loss", [10, 2_001, -1], { count: 3, lost: 2, rttMs: { min: 10, p50: 10, p95: 10 }, jitterMs: 0 }],
  ])("%s", (_name, roundTripsMs, expected) => {
    const result = summarizeProbe(roundTripsMs);
    expect(result).toEqual(expected);
    expect(z.safeParse(ProbeResult, result).success).toBe(true);
  });

  test("of nothing are none", () => {
    expect(summarizeProbe([])).toBeUndefined();
    expect(summarizeProbe([undefined, undefined])).toBeUndefined();
  });

  test.each([
    ["all were lost", { count: 3, lost: 3, rttMs: { min: 1, p50: 1, p95: 1 }, jitterMs: 0 }],
    ["the least is above the middle", { count: 3, lost: 0, rttMs: { min: 2, p50: 1, p95: 3 }, jitterMs: 0 }],
    ["a time is negative", { count: 3, lost: 0, rttMs: { min: -1, p50: 1, p95: 3 }, jitterMs: 0 }],
    ["there are more pings than may be", { count: 33, lost: 0, rttMs: { min: 1, p50: 1, p95: 3 }, jitterMs: 0 }],
    ["a field is unknown", { count: 3, lost: 0, rttMs: { min: 1, p50: 1, p95: 3 }, jitterMs: 0, owner: "me" }],
  ])("are refused where %s", (_name, result) => {
    expect(z.safeParse(ProbeResult, result).success).toBe(false);
  });
});
