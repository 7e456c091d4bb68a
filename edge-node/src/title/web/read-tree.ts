// What can be read on a web title's screen: Chromium's accessibility tree, as a flat list.

import { TREE_NODES_MAX, type TreeNode } from "@nearframe/shared/agent/agent";
import type { PagePart } from "./pages.ts";

type AxValue = { value?: unknown };
export type AxNode = {
  nodeId: string;
  ignored: boolean;
  role?: AxValue;
  name?: AxValue;
  value?: AxValue;
  properties?: readonly { name: string; value: AxValue }[];
  parentId?: string;
  backendDOMNodeId?: number;
};

/** What only holds other things together. */
const FRAMES = new Set(["none", "generic", "InlineTextBox", "RootWebArea", "paragraph", "group", "LayoutTable", "LineBreak"]);
const TEXT_LENGTH_MAX = 120;
/** One line to the node, with room for its frame. */
const TREE_BYTES_MAX = 48 * 1024;

export async function readTree(parts: Iterable<PagePart>): Promise<TreeNode[]> {
  const all: TreeNode[] = [];
  for (const part of parts) {
    try {
      const { nodes } = (await part.call("Accessibility.getFullAXTree")) as { nodes: AxNode[] };
      const shown = flatten(nodes).slice(0, TREE_NODES_MAX - all.length);
      all.push(...(await Promise.all(shown.map(async ({ node, domId }) => withBox(node, await boxOf(part, domId))))));
    } catch (error) {
      console.error(`A page can't be read: ${(error as Error).message}`);
    }
  }
  while (JSON.stringify(all).length > TREE_BYTES_MAX) all.pop();
  return all;
}

/** In the order of the tree; `depth` counts what is shown above. */
export function flatten(nodes: readonly AxNode[]): { node: TreeNode; domId: number | undefined }[] {
  const depths = new Map<string, number>();
  return nodes.flatMap((ax) => {
    const above = ax.parentId === undefined ? 0 : (depths.get(ax.parentId) ?? 0);
    const role = textOf(ax.role);
    const [name, value] = [textOf(ax.name), textOf(ax.value)];
    const shown = !ax.ignored && role !== "" && !FRAMES.has(role) && (name !== "" || value !== "" || isFocusable(ax));
    depths.set(ax.nodeId, shown ? above + 1 : above);
    if (!shown) return [];
    const focused = ax.properties?.some((property) => property.name === "focused" && property.value.value === true) === true;
    const node = { role, name, depth: above, ...(value === "" ? {} : { value }), ...(focused ? { focused } : {}) };
    return [{ node, domId: ax.backendDOMNodeId }];
  });
}

const isFocusable = ({ properties }: AxNode): boolean =>
  properties?.some(({ name, value }) => name === "focusable" && value.value === true) === true;

function textOf(value: AxValue | undefined): string {
  const text = value?.value;
  return typeof text === "string" || typeof text === "number" ? String(text).slice(0, TEXT_LENGTH_MAX) : "";
}

async function boxOf(part: PagePart, domId: number | undefined): Promise<TreeNode["box"]> {
  if (domId === undefined) return undefined;
  try {
    const { model } = (await part.call("DOM.getBoxModel", { backendNodeId: domId })) as { model: { border: number[]; width: number; height: number } };
    const [x = 0, y = 0] = model.border;
    return { x: Math.round(x), y: Math.round(y), width: model.width, height: model.height };
  } catch {
    // Texts and what is not laid out have none.
    return undefined;
  }
}

const withBox = (node: TreeNode, box: TreeNode["box"]): TreeNode => (box === undefined ? node : { ...node, box });
