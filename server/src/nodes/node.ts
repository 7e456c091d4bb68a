// One node as its home knows it: its link, its life, and what it said last.

import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { SessionReport } from "@nearframe/shared/node/messages";
import type { CloseCode } from "@nearframe/shared/protocol/limits";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Runtime } from "@nearframe/shared/title/manifest";
import { lifeUnderOrders, NO_NEWS, type NodeNews } from "./make-record.ts";
import type { NodeLife } from "./node-transition.ts";
import { DEVICE_RUNTIMES, NEW_HOST_RECORD, type HostRecord, type NodeLocation, type NodeRecord } from "./node-record.ts";

/** What a node said as it came, once its door has seen that it is true of its key. */
export type Registration = {
  readonly nodeId: string;
  readonly publicKey: string;
  /** Where its socket comes from. */
  readonly address: string;
  /** It showed the operator's token. */
  readonly trusted: boolean;
  readonly inventory: NodeInventory;
  readonly sessions: readonly SessionReport[];
  readonly draining: boolean;
};

/** One control link of a node, as the registry needs it. */
export interface NodeLink {
  send(message: ServerToNode): void;
  close(code: CloseCode, reason: string): void;
  /** Whether the node answers a ping in time. */
  answers(limitMs: number): Promise<boolean>;
  /** The least of the last pings' round trips; undefined before the first. */
  readonly rttMs?: number | undefined;
}

export type Node = {
  readonly nodeId: string;
  registration: Registration;
  location: NodeLocation | undefined;
  life: NodeLife;
  link: NodeLink | undefined;
  heardAtMs: number;
  heartbeatMs: number;
  /** Its link has brought a heartbeat. */
  reported: boolean;
  host: HostRecord;
  news: NodeNews;
  /** Those of devices that it has had since it registered first. */
  deviceRuntimes: readonly Runtime[];
  /** Another process says that the node hangs there. */
  elsewhere: boolean;
};

/** Takes what a node tells of itself now. */
export function takeInventory(node: Node, inventory: NodeInventory): void {
  node.registration = { ...node.registration, inventory };
  node.deviceRuntimes = DEVICE_RUNTIMES.filter((runtime) => node.deviceRuntimes.includes(runtime) || inventory.runtimes.includes(runtime));
}

/** Something runs there that the servers have given up. */
export function hasStray({ life }: Node): boolean {
  for (const slot of life.slots.values()) if (!slot.held) return true;
  return false;
}

export function newNode(registration: Registration, orders: NodeRecord["orders"]): Node {
  return {
    nodeId: registration.nodeId,
    registration,
    location: undefined,
    life: lifeUnderOrders(orders),
    link: undefined,
    heardAtMs: 0,
    heartbeatMs: 0,
    reported: false,
    host: NEW_HOST_RECORD,
    news: NO_NEWS,
    deviceRuntimes: [],
    elsewhere: false,
  };
}
