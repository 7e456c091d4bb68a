// What the programs themselves say of the environment that a deployment gives them.

import { parseConfig } from "@nearframe/edge-node/node/config";
import { readEnvironment } from "@nearframe/server/environment";

export type Variables = Record<string, string>;

/** Names that a program doesn't read are misspelt. */
const SERVER_NAMES = new Set([
  "PORT", "HOST", "DATABASE_URL", "NATS_URL", "NATS_REPLICAS", "NODE_ENV", "NEARFRAME_DATA", "NEARFRAME_STORAGE", "NEARFRAME_S3_ENDPOINT",
  "NEARFRAME_SAVE_SECRET", "NEARFRAME_NODE_TOKEN", "NEARFRAME_ORIGINS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "POSTGRES_PASSWORD",
]);
const NODE_NAMES = new Set([
  "NEARFRAME_SERVER", "NEARFRAME_NODE_TOKEN", "NEARFRAME_NODE_NAME", "NEARFRAME_DATA", "NEARFRAME_MEDIA_PORT", "NEARFRAME_ANNOUNCE",
]);

export function serverFaults(variables: Variables): string[] {
  const result = readEnvironment(variables, { dataFolder: "/data", clientFolder: "/client" });
  return [...unknownNames(variables, SERVER_NAMES), ...(result.ok ? [] : result.faults)];
}

export function nodeFaults(variables: Variables): string[] {
  const unknown = unknownNames(variables, NODE_NAMES);
  try {
    parseConfig(variables);
    return unknown;
  } catch (error) {
    return [...unknown, (error as Error).message];
  }
}

function unknownNames(variables: Variables, known: ReadonlySet<string>): string[] {
  return Object.keys(variables).filter((name) => !known.has(name)).map((name) => `nobody reads ${name}`);
}
