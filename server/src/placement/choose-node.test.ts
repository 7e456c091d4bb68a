import { expect, test } from "vitest";
import { chooseNode, type NodeCandidate } from "./choose-node.ts";

const node = (nodeId: string, change: Partial<NodeCandidate> = {}): NodeCandidate => ({
  nodeId,
  state: "linked",
  runtimes: ["native", "test-card"], busyRuntimes: [],
  slots: 2,
  slotsFree: 2,
  ...change,
});

test("the node with most free slots is chosen", () => {
  const nodes = [node("a", { slotsFree: 1 }), node("b", { slotsFree: 3 }), node("c", { slotsFree: 2 })];
  expect(chooseNode(nodes, { runtime: "native" })).toEqual({ type: "chosen", nodeId: "b" });
});

test("of equal nodes the same one is chosen whatever their order", () => {
  const nodes = [node("b"), node("a")];
  expect(chooseNode(nodes, { runtime: "native" })).toEqual({ type: "chosen", nodeId: "a" });
  expect(chooseNode(nodes.toReversed(), { runtime: "native" })).toEqual({ type: "chosen", nodeId: "a" });
});

test("every node that is passed over has its reason", () => {
  const choice = chooseNode(
    [node("full", { slotsFree: 0 }), node("away", { state: "missing" }), node("phone", { runtimes: ["web"] })],
    { runtime: "native" },
  );
  expect(choice).toEqual({
    type: "none",
    canRun: true,
    passedOver: new Map([
      ["full", "no-free-slot"],
      ["away", "link-missing"],
      ["phone", "runtime-not-supported"],
    ]),
  });
});

test("a network where no node has the runtime, or none has a slot at all, can't run it", () => {
  expect(chooseNode([], { runtime: "web" })).toMatchObject({ type: "none", canRun: false });
  expect(chooseNode([node("a")], { runtime: "web" })).toMatchObject({ type: "none", canRun: false });
  expect(chooseNode([node("a", { busyRuntimes: ["android"] })], { runtime: "android" })).toMatchObject({ type: "none", canRun: true });
  expect(chooseNode([node("a", { slots: 0, slotsFree: 0 })], { runtime: "native" })).toMatchObject({ canRun: false });
});
