// How a node has done: what its record says of sessions and uptime.

import type { EndReason } from "@nearframe/shared/session/end-reasons";
import type { HostRecord } from "./node-record.ts";
import type { Registration } from "./nodes.ts";

/** MUST NOT throw, and MUST NOT make its caller wait. */
export interface NodeHistory {
  /** The node's record is told as soon as it is known, and whenever it changes while the node is linked here. */
  linked(nodeId: string, registration: Registration, onRecord: (record: HostRecord) => void): void;
  unlinked(nodeId: string): void;
  /** A session has ended on the node, or left it. */
  sessionEnded(nodeId: string, reason: EndReason): void;
}

/** For who keeps none. */
export const noHistory: NodeHistory = { linked() {}, unlinked() {}, sessionEnded() {} };
