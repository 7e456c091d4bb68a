import { expect, test } from "vitest";
import { flatten, type AxNode } from "./read-tree.ts";

const node = (nodeId: string, parentId: string | undefined, role: string, name: string, more: Partial<AxNode> = {}): AxNode => ({
  nodeId, ignored: false, role: { value: role }, name: { value: name }, ...(parentId === undefined ? {} : { parentId }), ...more,
});

test("what holds things together is left out, and depth counts what is left", () => {
  const tree = [
    node("1", undefined, "RootWebArea", "Notes"),
    node("2", "1", "generic", ""),
    node("3", "2", "form", "Diary"),
    node("4", "3", "textbox", "Today", { value: { value: "rain" }, properties: [{ name: "focused", value: { value: true } }], backendDOMNodeId: 7 }),
    node("5", "3", "button", "Save", { ignored: true }),
    node("6", "3", "button", "", { properties: [{ name: "focusable", value: { value: true } }] }),
  ];
  expect(flatten(tree)).toEqual([
    { node: { role: "form", name: "Diary", depth: 0 }, domId: undefined },
    { node: { role: "textbox", name: "Today", value: "rain", focused: true, depth: 1 }, domId: 7 },
    { node: { role: "button", name: "", depth: 1 }, domId: undefined },
  ]);
});
