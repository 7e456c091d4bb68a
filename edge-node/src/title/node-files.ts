// What a title that is a program of the node's own consists of: Node, our code and
// the packages. Nothing of the node's data.

import { fileURLToPath } from "node:url";

const inRepository = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const NODE_FILES: readonly string[] = [
  process.execPath,
  ...["package.json", "node_modules", "shared", "edge-node/package.json", "edge-node/src"].map(inRepository),
];
