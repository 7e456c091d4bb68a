// Lets a node fetch a title before anybody there has asked for it. Which node and which
// title is decided by demand, elsewhere.

import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSources } from "./ports.ts";

export type PrewarmPorts = {
  titles: { find(titleId: string): Title | undefined };
  sources: TitleSources;
  /** False if the node has no link now. */
  send(nodeId: string, message: ServerToNode): boolean;
};

/** False if there is no such title, or the node can't be told now; a node that has the title does nothing. */
export function prewarm({ titles, sources, send }: PrewarmPorts, nodeId: string, titleId: string): boolean {
  const title = titles.find(titleId);
  return title !== undefined && send(nodeId, { type: "title.fetch", title, source: sources.source(title) });
}
