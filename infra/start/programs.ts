// The programs that a start runs, and what each is told. Pure.

import os from "node:os";
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
  /** Beyond the built-in ones, which the server knows. */
  titleFolders: readonly string[];
  edgeCount: number;
  pipeline: string;
  verbose: boolean;
};

type Variables = Readonly<Record<string, string | undefined>>;

export function serverProgram(plan: StartPlan, inherited: Variables): ProgramSpec {
  return {
    name: "server",
    script: path.join(plan.root, "server", "src", "main.ts"),
    environment: {
      ...inherited,
      ...logLevel(plan, inherited),
      PORT: String(plan.port),
      NEARFRAME_DATA: plan.dataFolder,
      NEARFRAME_TITLES: titleFolders(plan),
      NEARFRAME_CLIENT: path.join(plan.root, CLIENT_FOLDER),
    },
  };
}

/** `token` is what the server lets nodes in for. */
export function nodePrograms(plan: StartPlan, token: string, inherited: Variables): ProgramSpec[] {
  return Array.from({ length: plan.edgeCount }, (_, index) => ({
    name: plan.edgeCount === 1 ? "node" : `node ${index + 1}`,
    script: path.join(plan.root, "edge-node", "src", "main.ts"),
    environment: {
      ...inherited,
      ...logLevel(plan, inherited),
      NEARFRAME_SERVER: `ws://127.0.0.1:${plan.port}/node`,
      NEARFRAME_NODE_TOKEN: token,
      // A node keeps its identity in its folder, so no two share one.
      NEARFRAME_DATA: path.join(plan.dataFolder, "nodes", String(index + 1)),
      NEARFRAME_PIPELINE: plan.pipeline,
      NEARFRAME_TITLES: titleFolders(plan),
      ...(plan.edgeCount > 1 && { NEARFRAME_NODE_NAME: inherited.NEARFRAME_NODE_NAME ?? `${os.hostname()} ${index + 1}` }),
    },
  }));
}

function titleFolders(plan: StartPlan): string {
  return plan.titleFolders.map((folder) => path.resolve(plan.root, folder)).join(path.delimiter);
}

function logLevel({ verbose }: StartPlan, inherited: Variables): Variables {
  return { NEARFRAME_LOG: inherited.NEARFRAME_LOG ?? (verbose ? "info" : "warn") };
}
