import { describe, expect, test } from "vitest";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { inventory } from "../testing/node-identity.ts";
import { allChecks, inventoryChecks, type NodeChecks } from "./checks.ts";

const speed = { frameMsP50: 3, frameMsP95: 4, fpsMax: 250 };
const x264 = { name: "x264", codec: "H264", hardware: false, opened: true, at720p: speed, at1080p: speed } as const;
const broken = { name: "nvenc-h264", codec: "H264", hardware: true, opened: false, reason: "no device" } as const;

const check = (change: Partial<NodeInventory>, trusted = false) =>
  inventoryChecks.check({ nodeId: "n1", trusted, inventory: { ...inventory(), ...change } });

describe("an inventory", () => {
  test.each([
    ["what it measured", { encoders: [x264], capacity: { slots: 4, source: "measured" as const } }],
    ["less than it measured", { encoders: [x264], capacity: { slots: 1, source: "measured" as const } }],
    ["one slot before it has measured", { capacity: { slots: 1, source: "provisional" as const } }],
    ["a little more by its operator's word", { encoders: [x264], capacity: { slots: 8, source: "operator" as const } }],
    ["one encoder of several", { encoders: [broken, x264], capacity: { slots: 2, source: "measured" as const } }],
  ])("that claims %s passes", (_, change) => expect(check(change)).toBeUndefined());

  test.each([
    ["no runtime", { runtimes: [] }, /no runtime/],
    ["no encoder that opened", { encoders: [broken] }, /none of its encoders/],
    ["more than it measured", { encoders: [x264], capacity: { slots: 5, source: "measured" as const } }, /claims 5 slots.*x264 \(3 ms a frame\).*allow 4/],
    ["measured slots without the measurement", { capacity: { slots: 1, source: "measured" as const } }, /without the measurement/],
    ["two slots before it has measured", { capacity: { slots: 2, source: "provisional" as const } }, /may claim one/],
    ["far more by its operator's word", { encoders: [x264], capacity: { slots: 9, source: "operator" as const } }, /allow 8/],
  ])("with %s does not", (_, change, reason) => expect(check(change)).toMatch(reason));

  test("of the server's own operator is believed about slots", () => {
    expect(check({ capacity: { slots: 40, source: "operator" } }, true)).toBeUndefined();
  });
});

describe("several checks", () => {
  const says = (reason: string | undefined, later = false): NodeChecks => ({ check: () => (later ? Promise.resolve(reason) : reason) });
  const claim = { nodeId: "n1", trusted: true, inventory: inventory() };

  test("settle at once where each does", () => expect(allChecks([says(undefined), says(undefined)]).check(claim)).toBeUndefined());
  test("the first sentence stands", async () => {
    expect(allChecks([says(undefined), says("b"), says("c")]).check(claim)).toBe("b");
    expect(await allChecks([says(undefined, true), says("b"), says("c", true)]).check(claim)).toBe("b");
  });
});
