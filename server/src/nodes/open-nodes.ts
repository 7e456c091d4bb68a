// The node registry of one server process, put together: its own nodes, everybody's
// directory, and the mail between homes.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Cluster } from "../cluster/ports.ts";
import type { Log } from "../log.ts";
import { inventoryChecks, type NodeChecks } from "./checks.ts";
import { noHistory, type NodeHistory } from "./history.ts";
import { openNodeDirectory } from "./node-directory.ts";
import type { FarEnd, Placed } from "../probing/place-far-end.ts";
import { createProbePoints, type ProbePoints } from "../probing/probe-points.ts";
import { createNodeMail, openNodeMailbox } from "./node-mail.ts";
import { NodeRecord } from "./node-record.ts";
import { createNodes, type NodeEvents } from "./nodes.ts";

export type OpenNodesPorts = {
  clock: Clock;
  log: Log;
  cluster: Cluster;
  events: NodeEvents & {
    /** A node, of whichever process, is there or has changed. Told before `onLinked`. */
    onChanged?(record: NodeRecord): void;
    /** It is forgotten. Told after `onLost`. */
    onGone?(nodeId: string): void;
  };
  checks?: NodeChecks;
  history?: NodeHistory;
  /** Left out: only this process's own pings are a probe point. */
  probePoints?: ProbePoints;
  locate?(farEnd: FarEnd): Placed;
  /** Whether another process of the cluster lives; `serversChanged` is called when the answer may differ. */
  isServerAlive?(serverId: string): boolean;
};

export type OpenNodes = Awaited<ReturnType<typeof openNodes>>;

/** Resolves when every node of the cluster is known. */
export async function openNodes(ports: OpenNodesPorts, scope: Scope) {
  const { clock, log, cluster, events } = ports;
  const { serverId } = cluster;
  const bucket = await cluster.bucket("nodes", { schema: NodeRecord });
  let nodes: ReturnType<typeof createNodes> | undefined;
  const directory = await openNodeDirectory(
    {
      clock,
      log,
      serverId,
      bucket,
      // Whose death nobody reports is taken to live: its nodes come back by themselves.
      isServerAlive: (id) => id === serverId || (ports.isServerAlive?.(id) ?? true),
      events: {
        onChanged: (record) => {
          events.onChanged?.(record);
          nodes?.handleAppeared(record.nodeId);
        },
        onLost: (nodeId) => (nodes ? nodes.handleLost(nodeId) : events.onLost(nodeId)),
        onGone: (nodeId) => {
          nodes?.handleGone(nodeId);
          events.onGone?.(nodeId);
        },
        onMovedAway: (nodeId) => nodes?.handleMovedAway(nodeId),
      },
    },
    scope,
  );
  const registry = createNodes(
    {
      clock,
      log,
      serverId,
      events,
      directory,
      mail: createNodeMail(cluster),
      checks: ports.checks ?? inventoryChecks,
      history: ports.history ?? noHistory,
      probePoints: ports.probePoints ?? createProbePoints([], { serverId }),
      locate: ports.locate ?? (({ rttVector }) => ({ location: undefined, rttVector })),
    },
    scope,
  );
  nodes = registry;
  await openNodeMailbox(cluster, registry.handleLetter, scope);
  return {
    ...registry,
    /** Every node of the cluster, as it is known here. */
    records: () => directory.all(),
    record: (nodeId: string): NodeRecord | undefined => directory.get(nodeId),
    serversChanged: () => directory.serversChanged(),
  };
}
