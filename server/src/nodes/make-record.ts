// A node's record from what is known of it at its home. Pure.

import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { Runtime } from "@nearframe/shared/title/manifest";
import type { RttVector } from "@nearframe/shared/probe/rtt-vector";
import type { HostRecord, NodeLocation, NodeRecord } from "./node-record.ts";
import { NEW_NODE, stateOf, type NodeLife } from "./node-transition.ts";

/** What changes from one heartbeat to the next, beside sessions. */
export type NodeNews = {
  /** Titles of which a started copy waits there. */
  readonly warmTitleIds: readonly string[];
  /** Round trips to probe points, without those that can't be. */
  readonly rttVector: RttVector;
};
export const NO_NEWS: NodeNews = { warmTitleIds: [], rttVector: {} };

export type KnownNode = {
  readonly nodeId: string;
  readonly registration: { readonly publicKey: string; readonly address: string; readonly trusted: boolean; readonly inventory: NodeInventory };
  readonly location: NodeLocation | undefined;
  readonly life: NodeLife;
  readonly host: HostRecord;
  readonly news: NodeNews;
  /** Those of devices that it has had since it registered first. */
  readonly deviceRuntimes: readonly Runtime[];
};

export function makeRecord({ nodeId, registration, location, life, host, news, deviceRuntimes }: KnownNode, homeServerId: string): NodeRecord {
  const { publicKey, address, trusted, inventory } = registration;
  const { name, operatorId, runtimes, titleIds, canFetch, cardsFull, hardware, network, capacity, feePerHourMicros } = inventory;
  const orders = ordersOf(life);
  const busyRuntimes = deviceRuntimes.filter((runtime) => !runtimes.includes(runtime));
  return {
    nodeId,
    publicKey,
    name,
    ...(operatorId !== undefined && { operatorId }),
    state: stateOf(life),
    ...(orders && { orders }),
    homeServerId,
    address,
    ...(location && { location }),
    runtimes,
    ...(busyRuntimes.length > 0 && { busyRuntimes }),
    titleIds,
    ...(news.warmTitleIds.length > 0 && { warmTitleIds: [...news.warmTitleIds] }),
    canFetch,
    ...(cardsFull && { cardsFull }),
    hardware,
    encoders: inventory.encoders ?? [],
    ...(network.uplinkKbps !== undefined && { uplinkKbps: network.uplinkKbps }),
    slots: capacity.slots,
    slotsFree: Math.max(0, capacity.slots - life.slots.size),
    feePerHourMicros,
    record: host,
    rttVector: news.rttVector,
    trusted,
  };
}

function ordersOf({ standing }: NodeLife): NodeRecord["orders"] {
  if (standing.type === "quarantined" && standing.by === "verdict") return { type: "keep-out", reason: standing.reason };
  if (standing.type === "draining" && standing.by === "server") return { type: "drain" };
  return undefined;
}

/** How a node begins its life here: what was ordered about it at its last home holds at this one too. */
export function lifeUnderOrders(orders: NodeRecord["orders"]): NodeLife {
  switch (orders?.type) {
    case "keep-out":
      return { ...NEW_NODE, standing: { type: "quarantined", by: "verdict", reason: orders.reason } };
    case "drain":
      return { ...NEW_NODE, standing: { type: "draining", by: "server" } };
    case undefined:
      return NEW_NODE;
  }
}
