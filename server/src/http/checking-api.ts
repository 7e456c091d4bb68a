// What is published of checking, and how nodes stand: for everybody to read.

import { Router } from "express";
import {
  CHECKED_NODES_LISTED_DEFAULT, CHECKED_NODES_LISTED_MAX, EPOCHS_LISTED_DEFAULT, EPOCHS_LISTED_MAX, VERDICTS_SHOWN_MAX,
  type CheckedNode, type CheckedNodeDetail, type CheckedNodeList, type EpochList,
} from "@nearframe/shared/api/checking";
import { adviseHost } from "@nearframe/shared/checking/advice";
import { NODE_STATES } from "@nearframe/shared/node/node-states";
import { Id } from "@nearframe/shared/protocol/media";
import { describeIssues } from "@nearframe/shared/protocol/parse";
import { WORDS } from "@nearframe/shared/words";
import * as z from "zod/mini";
import { CLEARS_TO_RETURN, VERDICTS_KEPT_MS } from "../checking/limits.ts";
import { newStanding, type NodeStanding } from "../checking/standing.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import type { CheckingStore } from "../store/checking-ports.ts";
import { refuse } from "./refusals.ts";

export type CheckingApiPorts = {
  nodes: { records(): Iterable<NodeRecord>; record(nodeId: string): NodeRecord | undefined };
  store: Pick<CheckingStore, "findEpoch" | "newestEpochs" | "standings" | "keptVerdicts">;
  checking: { publicKey: string; epochMs: number };
};

const Limit = (max: number, usual: number) => z._default(z.coerce.number().check(z.int(), z.gte(0), z.lte(max)), usual);
const EpochNumber = z.coerce.number().check(z.int(), z.gte(0), z.lte(2 ** 52));

const EpochsQuery = z.object({ before: z.optional(EpochNumber), limit: Limit(EPOCHS_LISTED_MAX, EPOCHS_LISTED_DEFAULT) });
const NodesQuery = z.object({
  state: z.optional(z.enum(NODE_STATES)),
  country: z.optional(z.string().check(z.regex(/^[A-Za-z]{2}$/))),
  operator: z.optional(Id),
  limit: Limit(CHECKED_NODES_LISTED_MAX, CHECKED_NODES_LISTED_DEFAULT),
});

export function checkingApi({ nodes, store, checking }: CheckingApiPorts): Router {
  const router = Router();

  router.get("/epochs", async (request, response) => {
    const query = z.safeParse(EpochsQuery, request.query, WORDS);
    if (!query.success) return refuse(response, 400, "QUERY_INVALID", describeIssues(query.error.issues));
    const { before, limit } = query.data;
    const epochs = await store.newestEpochs(limit, before);
    const { publicKey, epochMs } = checking;
    response.set("Cache-Control", "no-store").json({ publicKey, epochMs, epochs } satisfies EpochList);
  });

  router.get("/epochs/:number", async (request, response) => {
    const number = z.safeParse(EpochNumber, request.params.number);
    const document = number.success ? await store.findEpoch(number.data) : undefined;
    if (document === undefined) return refuse(response, 404, "EPOCH_UNKNOWN", "no such epoch is kept; they are kept for 32 days");
    // What was published is never changed.
    response.set("Cache-Control", "public, max-age=86400, immutable").type("json").send(document);
  });

  router.get("/nodes", async (request, response) => {
    const query = z.safeParse(NodesQuery, request.query, WORDS);
    if (!query.success) return refuse(response, 400, "QUERY_INVALID", describeIssues(query.error.issues));
    const { total, shown } = choose(nodes.records(), query.data);
    const standings = new Map((await store.standings(shown.map(({ nodeId }) => nodeId))).map((standing) => [standing.nodeId, standing]));
    const list = shown.map((record) => checkedNode(record, standings.get(record.nodeId)));
    response.set("Cache-Control", "no-store").json({ total, nodes: list } satisfies CheckedNodeList);
  });

  router.get("/nodes/:id", async (request, response) => {
    const record = nodes.record(request.params.id);
    if (!record) return refuse(response, 404, "NODE_UNKNOWN", "there is no such node now");
    const nowMs = Date.now();
    const nodeIds = [record.nodeId];
    const [[standing], verdicts] = await Promise.all([
      store.standings(nodeIds),
      store.keptVerdicts({ nodeIds, sinceMs: nowMs - VERDICTS_KEPT_MS, newestMax: VERDICTS_SHOWN_MAX }),
    ]);
    const detail: CheckedNodeDetail = {
      node: checkedNode(record, standing),
      verdicts: verdicts.toReversed().map(({ epoch, taskId, atMs, kind, check, outcome, faults, reports, overturned }) => ({ epoch, taskId, atMs, kind, check, outcome, faults, reports, overturned })),
      toFix: adviseHost(verdicts, nowMs),
      suspicions: (standing?.suspicions ?? []).map(({ fault, epochs, lastAtMs }) => ({ fault, epochs, lastAtMs })),
    };
    response.set("Cache-Control", "no-store").json(detail);
  });

  return router;
}

/** One walk over all of them; only those that are shown are looked up. */
function choose(records: Iterable<NodeRecord>, { state, country, operator, limit }: z.infer<typeof NodesQuery>) {
  const wanted = country?.toUpperCase();
  const shown: NodeRecord[] = [];
  let total = 0;
  for (const record of records) {
    if (state !== undefined && record.state !== state) continue;
    if (wanted !== undefined && record.location?.country !== wanted) continue;
    if (operator !== undefined && record.operatorId !== operator) continue;
    total++;
    if (shown.length < limit) shown.push(record);
  }
  return { total, shown };
}

function checkedNode({ nodeId, name, state, location }: NodeRecord, standing: NodeStanding = newStanding(nodeId)): CheckedNode {
  const { score, trend, quarantine, appeal } = standing;
  return {
    id: nodeId,
    name,
    state,
    ...(location && { place: { latitude: tenth(location.latitude), longitude: tenth(location.longitude), country: location.country, region: location.region } }),
    ...(score && { score }),
    trend,
    ...(quarantine && {
      quarantine: {
        fault: quarantine.fault, reason: quarantine.reason, sinceMs: quarantine.sinceMs, epoch: quarantine.epoch, taskId: quarantine.taskId,
        clears: quarantine.clears, clearsNeeded: CLEARS_TO_RETURN,
      },
    }),
    ...(appeal && { appeal: { atMs: appeal.atMs, state: appeal.state } }),
  };
}

/** About 10 km: a host's town, not its house. */
const tenth = (degrees: number): number => Math.round(degrees * 10) / 10;
