// The cluster that the environment asks for.

import { randomUUID } from "node:crypto";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Log } from "../log.ts";
import { joinLocalCluster } from "./adapters/local/local-cluster.ts";
import { createLocalHub } from "./adapters/local/local-hub.ts";
import { openNatsCluster } from "./adapters/nats/nats-cluster.ts";
import type { Cluster } from "./ports.ts";

/** Before the subjects and buckets of every server. */
const NAMESPACE = "nearframe";

export type ClusterChoice = {
  /** Undefined: this server is alone. */
  natsUrl: string | undefined;
  natsReplicas: number;
};

/** Of an id of its own: a server that starts again is another one. */
export async function openCluster({ natsUrl, natsReplicas }: ClusterChoice, ports: { clock: Clock; log: Log }, scope: Scope): Promise<Cluster> {
  const serverId = randomUUID();
  const { log } = ports;
  if (natsUrl === undefined) return joinLocalCluster({ serverId, hub: createLocalHub(ports, scope), log }, scope);
  const cluster = await openNatsCluster({ serverId, url: natsUrl, replicas: natsReplicas, namespace: NAMESPACE }, log, scope);
  log.info({ serverId }, "joined the cluster");
  return cluster;
}
