import { expect, test } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { Card } from "./find-cards.ts";
import { createGraphics } from "./graphics.ts";

const card = (pciId: string): Card => ({
  model: pciId, pciId, devices: [`/dev/dri/${pciId}`], facts: [], groups: [], vulkanDrivers: ["/a.json", "/b.json"],
});

test("sessions are spread over the cards, and a card is free again with its session", async () => {
  await using node = new Scope();
  const graphics = createGraphics([card("1:1"), card("2:2")]);
  const [one, two] = [node.child(), node.child()];
  const devices = [one, two, node].map((scope) => graphics.take(scope)?.devices[0]);
  expect(devices).toEqual(["/dev/dri/1:1", "/dev/dri/2:2", "/dev/dri/1:1"]);
  await two.close();
  expect(graphics.take(node)?.devices).toEqual(["/dev/dri/2:2"]);
});

test("a title draws by its own card's drivers and no other's", async () => {
  await using node = new Scope();
  expect(createGraphics([card("10de:2684")]).take(node)?.environment).toMatchObject({
    VK_DRIVER_FILES: "/a.json:/b.json", VK_ICD_FILENAMES: "/a.json:/b.json", MESA_VK_DEVICE_SELECT: "10de:2684!",
  });
});

test("a node without cards gives none", async () => {
  await using node = new Scope();
  expect(createGraphics([]).take(node)).toBeUndefined();
});
