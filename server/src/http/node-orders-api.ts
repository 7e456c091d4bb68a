// What the server's operator does about a node, over HTTP and with the admin token: lets it
// drain, keeps it out, and takes either back. The node's home carries it out.

import { Router } from "express";
import { showsToken } from "../nodes/node-token.ts";
import type { RemoteEvent } from "../nodes/node-mail.ts";
import type { NodeRecord } from "../nodes/node-record.ts";
import { refuse } from "./refusals.ts";

export type NodeOrdersApiPorts = {
  nodes: { record(nodeId: string): NodeRecord | undefined; tell(nodeId: string, event: RemoteEvent): void };
  /** What is played on a node goes on elsewhere. */
  sessions: { emptyNode(nodeId: string): void };
  adminToken: string;
};

const REASON_LENGTH_MAX = 200;

/** `reason` is shown to the node's host. */
const ORDERS: Readonly<Record<string, (reason: string) => RemoteEvent>> = {
  drain: () => ({ type: "drain-asked", by: "server" }),
  /** As drain, and what is played there is moved now. */
  empty: () => ({ type: "drain-asked", by: "server" }),
  undrain: () => ({ type: "drain-ended" }),
  quarantine: (reason) => ({ type: "verdict-given", reason }),
  release: () => ({ type: "verdict-lifted" }),
};

export function nodeOrdersApi({ nodes, sessions, adminToken }: NodeOrdersApiPorts): Router {
  const router = Router();
  router.post("/:id/:order", (request, response) => {
    if (!showsToken(request.headers.authorization, adminToken)) {
      response.set("WWW-Authenticate", "Bearer");
      return refuse(response, 401, "TOKEN_REFUSED", "show the server's admin token, as `Authorization: Bearer TOKEN`");
    }
    const { id, order } = request.params;
    const event = Object.hasOwn(ORDERS, order) ? ORDERS[order] : undefined;
    if (!event) return refuse(response, 404, "ORDER_UNKNOWN", `a node can be told: ${Object.keys(ORDERS).join(", ")}`);
    if (!nodes.record(id)) return refuse(response, 404, "NODE_UNKNOWN", "there is no such node now");
    const { reason } = request.query;
    nodes.tell(id, event(typeof reason === "string" && reason !== "" ? reason.slice(0, REASON_LENGTH_MAX) : "by the server's operator"));
    if (order === "empty") sessions.emptyNode(id);
    // Its home does it, which may be another process: `GET /api/nodes/ID` shows the outcome.
    response.status(202).json({ id, order });
  });
  return router;
}
