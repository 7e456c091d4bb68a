// The nodes over HTTP, for lists and scoreboards.

import { Router } from "express";
import { NODES_LISTED_DEFAULT, NODES_LISTED_MAX, type NodeList, type PublicNode } from "@nearframe/shared/api/nodes";
import { NODE_STATES, type NodeState } from "@nearframe/shared/node/node-states";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import type { NodeRecord } from "../nodes/node-record.ts";
import { refuse } from "./refusals.ts";

export type NodesApiPorts = { nodes: { records(): Iterable<NodeRecord>; record(nodeId: string): NodeRecord | undefined } };

const Query = z.object({
  state: z.optional(z.enum(NODE_STATES)),
  country: z.optional(z.string().check(z.regex(/^[A-Za-z]{2}$/))),
  limit: z._default(z.coerce.number().check(z.int(), z.gte(0), z.lte(NODES_LISTED_MAX)), NODES_LISTED_DEFAULT),
});

export function nodesApi({ nodes }: NodesApiPorts): Router {
  const router = Router();

  router.get("/", (request, response) => {
    const query = z.safeParse(Query, request.query, WORDS);
    if (!query.success) return refuse(response, 400, "QUERY_INVALID", describeIssues(query.error.issues));
    response.set("Cache-Control", "no-store").json(list(nodes.records(), query.data));
  });

  router.get("/:id", (request, response) => {
    const record = nodes.record(request.params.id);
    if (!record) return refuse(response, 404, "NODE_UNKNOWN", "there is no such node now");
    response.set("Cache-Control", "no-store").json(publicNode(record));
  });

  return router;
}

/** One walk over all of them, 20 ms at worst for 100,000; only those that are shown are copied. */
function list(records: Iterable<NodeRecord>, { state, country, limit }: z.infer<typeof Query>): NodeList {
  const wanted = country?.toUpperCase();
  const states: Partial<Record<NodeState, number>> = {};
  const shown: PublicNode[] = [];
  let total = 0;
  for (const record of records) {
    states[record.state] = (states[record.state] ?? 0) + 1;
    if (state !== undefined && record.state !== state) continue;
    if (wanted !== undefined && record.location?.country !== wanted) continue;
    total++;
    if (shown.length < limit) shown.push(publicNode(record));
  }
  return { total, states, nodes: shown };
}

function publicNode({ nodeId, name, state, location, runtimes, titleIds, slots, slotsFree, trusted, encoders, record }: NodeRecord): PublicNode {
  const { sessionsEnded, sessionsFailedByHost, sessionsLast7Days, uptimeShare } = record;
  return {
    id: nodeId,
    name,
    state,
    country: location?.country ?? "",
    region: location?.region ?? "",
    runtimes,
    titleIds,
    slots,
    slotsFree,
    trusted,
    encoders,
    record: { sessionsEnded, sessionsFailedByHost, sessionsLast7Days, uptimeShare },
  };
}
