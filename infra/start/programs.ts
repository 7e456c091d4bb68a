// The programs that a start runs, and what each is told. Pure.

import path from "node:path";
import { CLIENT_FOLDER } from "../setup/client-build.mjs";

export type ProgramSpec = {
  /** As it is called in what people read. */
  name: string;
  script: string;
  environment: Readonly<Record<string, string | undefined>>;
};

export type StartPlan = {
  root: string;
  port: number;
  dataFolder: string;
  /** Every root of titles, built-in first. */
  titleRoots: readonly string[];
  edgeCount: number;
  pipeline: string;
  verbose: boolean;
  /** What a node shows to be let in. */
  nodeToken: string;
};

export function listPrograms(
  plan: StartPlan,
  environment: Readonly<Record<string, string | undefined>>,
): { server: ProgramSpec; nodes: ProgramSpec[] } {
  const common = {
    ...environment,
    NEARFRAME_TITLES: plan.titleRoots.join(":"),
    NEARFRAME_NODE_TOKEN: plan.nodeToken,
    NEARFRAME_LOG: environment.NEARFRAME_LOG ?? (plan.verbose ? "info" : "warn"),
  };
  return {
    server: {
      name: "server",
      script: path.join(plan.root, "server", "src", "main.ts"),
      environment: {
        ...common,
        PORT: String(plan.port),
        NEARFRAME_DATA: plan.dataFolder,
        NEARFRAME_CLIENT: path.join(plan.root, CLIENT_FOLDER),
      },
    },
    nodes: Array.from({ length: plan.edgeCount }, (_, index) => ({
      name: plan.edgeCount === 1 ? "node" : `node ${index + 1}`,
      script: path.join(plan.root, "edge-node", "src", "main.ts"),
      environment: {
        ...common,
        NEARFRAME_SERVER: `ws://127.0.0.1:${plan.port}/node`,
        // A node keeps its identity in its folder, so no two share one.
        NEARFRAME_DATA: path.join(plan.dataFolder, "nodes", String(index + 1)),
        NEARFRAME_PIPELINE: plan.pipeline,
      },
    })),
  };
}
