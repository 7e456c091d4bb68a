// What one process has to say to a node that hangs on another: on the bus, to its home,
// which does with it what it would have done with its own. Lost with the bus; what a node
// missed is made good when it registers again.

import type { Scope } from "@nearframe/shared/lifetime";
import { Id } from "@nearframe/shared/protocol/media";
import { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { END_REASONS } from "@nearframe/shared/session/end-reasons";
import * as z from "zod/mini";
import type { Cluster } from "../cluster/ports.ts";
import { HostRecord } from "./node-record.ts";

const Asker = z.enum(["node", "server"]);

/** What may happen to a node by another process's word. */
const RemoteEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("session-held"), sessionId: Id }),
  z.object({ type: z.literal("session-released"), sessionId: Id }),
  z.object({ type: z.literal("session-cleared"), sessionId: Id }),
  z.object({ type: z.literal("drain-asked"), by: Asker }),
  z.object({ type: z.literal("drain-ended") }),
  z.object({ type: z.literal("verdict-given"), reason: z.string() }),
  z.object({ type: z.literal("verdict-lifted") }),
]);

export type RemoteEvent = z.infer<typeof RemoteEvent>;

export const NodeLetter = z.discriminatedUnion("type", [
  z.object({ type: z.literal("send"), nodeId: Id, message: ServerToNode }),
  z.object({ type: z.literal("tell"), nodeId: Id, event: RemoteEvent }),
  /** A session that the node had has ended, and why. */
  z.object({ type: z.literal("ended"), nodeId: Id, reason: z.enum(END_REASONS) }),
  /** What checking makes of it. */
  z.object({ type: z.literal("checked-score"), nodeId: Id, checked: HostRecord.shape.checked }),
  /** Does it answer? Its player sees no media. */
  z.object({ type: z.literal("check"), nodeId: Id, askerId: Id }),
  z.object({ type: z.literal("checked"), nodeId: Id, linked: z.boolean() }),
]);
export type NodeLetter = z.infer<typeof NodeLetter>;

export interface NodeMail {
  send(homeServerId: string, letter: NodeLetter): void;
}

const subjectOf = (serverId: string): string => `nodes.${serverId}`;

export function createNodeMail({ bus }: Cluster): NodeMail {
  return { send: (homeServerId, letter) => bus.publish(subjectOf(homeServerId), letter) };
}

/** Resolves when mail for this process arrives. */
export function openNodeMailbox(cluster: Cluster, handle: (letter: NodeLetter) => void, scope: Scope): Promise<void> {
  return cluster.bus.subscribe(subjectOf(cluster.serverId), NodeLetter, handle, scope);
}
