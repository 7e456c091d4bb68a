import * as z from "zod/mini";
import { describe, expect, test } from "vitest";
import { describeIssues } from "../protocol/parse.ts";
import { WORDS } from "../words.ts";
import { NodeSample, PlayerSample } from "./samples.ts";

const player = {
  durationMs: 1_000, width: 1_280, height: 720, framesShown: 60, framesDropped: 0, receivedKbps: 7_900.5, packetsLost: 0, lossShare: 0,
  freezes: 0, freezeMs: 0, audioGapMs: 0,
};
const node = {
  durationMs: 1_000, framesSent: 60, framesRepeated: 0, keyframes: 0, sentKbps: 7_900, targetKbps: 8_000, targetFps: 60,
  captureWaitMsP95: 0.1, encodeMsP50: 2, encodeMsP95: 3, sendMsP95: 0.2,
};
const refusal = (schema: z.ZodMiniType, value: unknown) => {
  const parsed = z.safeParse(schema, value, WORDS);
  return parsed.success ? undefined : describeIssues(parsed.error.issues);
};

describe("a second that an end tells of", () => {
  test.each([
    ["bounds that are reached", { ...player, durationMs: 100, width: 16_384, lossShare: 1, freezeMs: 60_000, framesShown: 0 }],
    ["figures that not every browser has", { ...player, roundTripMs: 12.5, decodeMs: 1.5, clickToPhoton: { count: 3, p50Ms: 20, p95Ms: 30, p99Ms: 40 } }],
  ])("is taken with %s", (_what, sample) => {
    expect(refusal(PlayerSample, sample)).toBeUndefined();
  });

  test.each([
    [{ durationMs: 99 }, "durationMs: Too small: expected number to be >=100"],
    [{ durationMs: 10_001 }, "durationMs: Too big: expected number to be <=10000"],
    [{ framesShown: -1 }, "framesShown: Too small: expected number to be >=0"],
    [{ framesShown: 1.5 }, "framesShown: Invalid input: expected int, received number"],
    [{ lossShare: 1.01 }, "lossShare: Too big: expected number to be <=1"],
    [{ receivedKbps: "many" }, "receivedKbps: Invalid input: expected number, received string"],
    [{ receivedKbps: Number.NaN }, "receivedKbps: Invalid input: expected number, received NaN"],
    [{ clickToPhoton: { count: 1, p50Ms: -1, p95Ms: 0, p99Ms: 0 } }, "clickToPhoton.p50Ms: Too small: expected number to be >=0"],
    [{ more: 1 }, 'Unrecognized key: "more"'],
  ])("is refused with %o, in words", (change, words) => {
    expect(refusal(PlayerSample, { ...player, ...change })).toBe(words);
  });

  test("is a node's within its own bounds", () => {
    expect(refusal(NodeSample, node)).toBeUndefined();
    expect(refusal(NodeSample, { ...node, targetFps: 1_001 })).toBe("targetFps: Too big: expected number to be <=1000");
  });
});
