// Keeps titles warm where they are asked for: counts the sessions that start, plans every so
// often, and tells the nodes of this process what changed.
//
// The count is told to all processes on the bus. One that is lost makes a copy fewer.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { WARM_TITLES_MAX, type WarmTarget } from "@nearframe/shared/node/messages";
import { MESSAGE_BYTES_MAX } from "@nearframe/shared/protocol/limits";
import { Id } from "@nearframe/shared/protocol/media";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import * as z from "zod/mini";
import type { Bus } from "../cluster/ports.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import { addRequest, decayedRate, type Demand } from "../queue/warm-pool.ts";
import type { SessionTitles } from "../session/ports.ts";
import { prewarm } from "../title-store/prewarm.ts";
import { planWarm, regionOf, type WarmNeed } from "./plan-warm.ts";

export type WarmNodesPorts = {
  clock: Clock;
  bus: Bus;
  serverId: string;
  titles: SessionTitles;
  /** Every node of the cluster. */
  records(): Iterable<NodeRecord>;
  record(nodeId: string): NodeRecord | undefined;
  /** False if the node has no link now. */
  send(nodeId: string, message: ServerToNode): boolean;
};

export interface WarmNodes {
  /** A session starts there. */
  noteStart(nodeId: string, titleId: string): void;
  /** It has registered anew, or is gone: what it was told last may be another's word. */
  forget(nodeId: string): void;
}

export const PLAN_INTERVAL_MS = 10_000;
const SUBJECT = "demand";
const DEMANDS_MAX = 10_000;
/** Far below what keeps a copy. */
const RATE_FORGOTTEN = 1 / 1_000;
/** A node that could not fetch a title is asked again. */
const FETCH_AGAIN_MS = 5 * 60_000;

const Request = z.object({ titleId: Id, region: z.string().check(z.maxLength(20)) });

/** Resolves when the others are heard. */
export async function openWarmNodes(ports: WarmNodesPorts, scope: Scope): Promise<WarmNodes> {
  const { clock, bus, serverId, titles, records, record, send } = ports;
  let demand = new Map<string, Demand>();
  /** By node, what it was told last: without tickets, which differ each time. */
  const told = new Map<string, string>();
  const fetchAskedAtMs = new Map<string, number>();

  await bus.subscribe(
    SUBJECT,
    Request,
    (request) => {
      const key = `${request.titleId} ${request.region}`;
      if (!demand.has(key) && demand.size >= DEMANDS_MAX) return;
      demand.set(key, addRequest(demand.get(key), request, clock.monotonicMs()));
    },
    scope,
  );

  function plan(): void {
    const nowMs = clock.monotonicMs();
    demand = new Map([...demand].filter(([, entry]) => decayedRate(entry, nowMs) >= RATE_FORGOTTEN));
    for (const [key, askedAtMs] of fetchAskedAtMs) if (nowMs - askedAtMs >= FETCH_AGAIN_MS) fetchAskedAtMs.delete(key);
    const all = [...records()];
    const needs = planWarm([...demand.values()], all, titles.find, nowMs);
    for (const node of all) {
      if (node.homeServerId === serverId && node.state !== "offline") tell(node, needs.get(node.nodeId) ?? [], nowMs);
    }
  }

  function tell({ nodeId, titleIds }: NodeRecord, needs: readonly WarmNeed[], nowMs: number): void {
    const here = needs.filter(({ titleId }) => {
      if (titleIds.includes(titleId)) return true;
      fetchFirst(nodeId, titleId, nowMs);
      return false;
    });
    const targets = here.flatMap((need) => targetOf(need)).slice(0, WARM_TITLES_MAX);
    const message = (): ServerToNode => ({ type: "node.warm", targets });
    // The most wanted come first.
    while (Buffer.byteLength(JSON.stringify(message())) > MESSAGE_BYTES_MAX) targets.pop();
    const said = JSON.stringify(targets.map(({ title, source, count }) => [title, source?.digest, count]));
    if (said === told.get(nodeId)) return;
    if (send(nodeId, message())) told.set(nodeId, said);
  }

  function targetOf({ titleId, count }: WarmNeed): WarmTarget[] {
    const title = titles.find(titleId);
    if (!title) return [];
    const source = titles.source(title);
    return [{ title, count, ...(source && { source }) }];
  }

  /** It is kept warm there once the node says that it has it. */
  function fetchFirst(nodeId: string, titleId: string, nowMs: number): void {
    const key = `${nodeId} ${titleId}`;
    const title = titles.find(titleId);
    const source = title && titles.source(title);
    if (!source || fetchAskedAtMs.has(key)) return;
    if (prewarm({ titles, sources: { source: () => source }, send }, nodeId, titleId)) fetchAskedAtMs.set(key, nowMs);
  }

  scope.own(setInterval(plan, PLAN_INTERVAL_MS), clearInterval);
  return {
    noteStart(nodeId, titleId) {
      const node = record(nodeId);
      if (node) bus.publish(SUBJECT, { titleId, region: regionOf(node) });
    },
    forget: (nodeId) => void told.delete(nodeId),
  };
}
