import { describe, expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Card } from "./find-cards.ts";
import { createGraphics, titlesMax, type Graphics } from "./graphics.ts";

const card = (pciId: string, memoryMb?: number): Card => ({
  model: pciId, pciId, memoryMb, devices: [`/dev/dri/${pciId}`], facts: [], groups: [], vulkanDrivers: ["/a.json", "/b.json"],
});

function take(graphics: Graphics, scope: Scope) {
  const taken = graphics.take(scope);
  return typeof taken === "string" ? taken : taken.devices[0];
}

test("sessions are spread over the cards, and a card is free again with its session", async () => {
  await using node = new Scope();
  const graphics = createGraphics([card("1:1"), card("2:2")]);
  const [one, two] = [node.child(), node.child()];
  expect([one, two, node].map((scope) => take(graphics, scope))).toEqual(["/dev/dri/1:1", "/dev/dri/2:2", "/dev/dri/1:1"]);
  await two.close();
  expect(take(graphics, node)).toBe("/dev/dri/2:2");
});

describe("a card holds", () => {
  test.each([
    ["as many titles as its memory", 8_192, undefined, 7],
    ["one, however small it is", 512, undefined, 1],
    ["what the operator says, whatever its memory", 8_192, 2, 2],
    ["what the operator says, where it has none", undefined, 3, 3],
    ["any number, where it takes the machine's memory", undefined, undefined, Infinity],
  ])("%s", (_, memoryMb, operatorsMax, titles) => {
    expect(titlesMax({ memoryMb }, operatorsMax)).toBe(titles);
  });
});

test("a card that is full is passed over, and full cards take no title", async () => {
  await using node = new Scope();
  const changes: number[] = [];
  const graphics: Graphics = createGraphics([card("1:1", 1_024), card("2:2", 3_000)], { onChange: () => void changes.push(graphics.places()) });
  const small = node.child();
  expect([small, node, node].map((scope) => take(graphics, scope))).toEqual(["/dev/dri/1:1", "/dev/dri/2:2", "/dev/dri/2:2"]);
  expect(take(graphics, node)).toBe("full");
  await small.close();
  expect(take(graphics, node)).toBe("/dev/dri/1:1");
  expect(changes).toEqual([2, 1, 0, 1, 0]);
});

test("a title draws by its own card's drivers and no other's", async () => {
  await using node = new Scope();
  expect(createGraphics([card("10de:2684")]).take(node)).toMatchObject({
    environment: { VK_DRIVER_FILES: "/a.json:/b.json", VK_ICD_FILENAMES: "/a.json:/b.json", MESA_VK_DEVICE_SELECT: "10de:2684!" },
  });
});

test("a node without cards gives none", async () => {
  await using node = new Scope();
  expect(createGraphics([]).take(node)).toBe("no-card");
});
