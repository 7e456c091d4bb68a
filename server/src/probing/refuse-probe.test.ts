import type { ProbeResult } from "@nearframe/shared/probe/probe-result";
import { expect, test } from "vitest";
import { chooseCandidate, pathMs, SELECT_MS } from "./choose-candidate.ts";
import { ENDS_DIFFER_MS, refuseProbe } from "./refuse-probe.ts";

const saw = (p50: number, change: Partial<ProbeResult> = {}): ProbeResult => ({
  count: 12,
  lost: 0,
  rttMs: { min: p50 * 0.9, p50, p95: p50 * 1.2 },
  jitterMs: 0,
  ...change,
});
const both = (p50: number, change: Partial<ProbeResult> = {}) => ({
  byPlayer: saw(p50, change),
  byNode: saw(p50, change),
  refused: undefined,
});

test("what both ends tell alike, and light could do, is believed", () => {
  expect(refuseProbe({ byPlayer: saw(20), byNode: saw(22), lightMs: 10 })).toBeUndefined();
  expect(refuseProbe({ byPlayer: saw(20), byNode: undefined, lightMs: undefined })).toBeUndefined();
  // Two processes of one machine.
  expect(refuseProbe({ byPlayer: saw(0.4), byNode: saw(1.1), lightMs: 0 })).toBeUndefined();
});

test("a round trip that took no time, or less than light, is not, whoever tells it", () => {
  expect(refuseProbe({ byPlayer: saw(0), byNode: undefined, lightMs: undefined })).toContain("no time");
  for (const told of [{ byPlayer: saw(20), byNode: undefined }, { byPlayer: undefined, byNode: saw(20) }]) {
    expect(refuseProbe({ ...told, lightMs: 40 })).toContain("faster than light");
  }
});

test("two ends that tell of different paths are not, and a busy machine's delay is forgiven", () => {
  expect(refuseProbe({ byPlayer: saw(80), byNode: saw(5), lightMs: undefined })).toContain("different paths");
  expect(refuseProbe({ byPlayer: saw(5), byNode: saw(80), lightMs: undefined })).toContain("different paths");
  expect(refuseProbe({ byPlayer: saw(5), byNode: saw(5 + ENDS_DIFFER_MS), lightMs: undefined })).toBeUndefined();
});

test("the nearest by the media path wins, unless another is about as near and was ranked before it", () => {
  const [far, near] = [both(60), both(20)];
  expect(chooseCandidate([far, near])).toBe(near);
  const [first, second] = [both(20 + SELECT_MS - 1), both(20)];
  expect(chooseCandidate([first, second])).toBe(first);
});

test("loss and jitter cost what repairing them does", () => {
  const [lossy, clean] = [both(20, { lost: 3 }), both(45)];
  expect(pathMs(lossy)).toBeGreaterThan(pathMs(clean)!);
  expect(chooseCandidate([lossy, clean])).toBe(clean);
  const [shaky, calm] = [both(20, { jitterMs: 30 }), both(40)];
  expect(chooseCandidate([shaky, calm])).toBe(calm);
});

test("who was refused is chosen only where all were, and who told nothing only where nobody did", () => {
  const lying = { ...both(1), refused: "faster than light" };
  const silent = { byPlayer: saw(1), byNode: undefined, refused: undefined };
  const honest = both(90);
  expect(chooseCandidate([lying, silent, honest])).toBe(honest);
  expect(chooseCandidate([lying, silent])).toBe(silent);
  expect(chooseCandidate([lying, { ...both(2), refused: "unsigned" }])).toBe(lying);
});
