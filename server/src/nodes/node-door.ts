// The nodes' door, `/node`: a node dials in, proves who it is, registers, and then reports.

import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { fullBucket, takeToken } from "@nearframe/shared/protocol/token-bucket";
import type { Log } from "../log.ts";
import type { Refusal, SocketDoor } from "../peers/adapters/ws/socket-doors.ts";
import { admitPeer, type Conversation, type PeerLink } from "../peers/peer-door.ts";
import type { Sessions } from "../session/sessions.ts";
import { NODE_MESSAGES_PER_SECOND_MAX } from "./limits.ts";
import { showsToken } from "./node-token.ts";
import type { Nodes } from "./nodes.ts";
import type { NodeNews } from "./make-record.ts";
import { proveNumbered, proveRegistration, type LinkProof } from "./proof.ts";

export type NodeToken = {
  readonly token: string;
  /** Where the operator has set it nobody registers without; else it tells the operator's own nodes from others. */
  readonly required: boolean;
};

type NodeDoorPorts = {
  clock: Clock;
  log: Log;
  nodes: Nodes;
  sessions: Pick<Sessions, "nodes">;
  nodeToken: NodeToken;
  /** A node answers a checker, who may hang at another process. */
  onCheckReply(nodeId: string, callId: string, result: CheckResult): void;
};
type Message<T extends NodeToServer["type"]> = Extract<NodeToServer, { type: T }>;

const RATE = { perSecond: NODE_MESSAGES_PER_SECOND_MAX, burst: 2 * NODE_MESSAGES_PER_SECOND_MAX };

/** Strangers who knock all day must not fill the log. */
const REFUSAL_LINES = { perSecond: 0.1, burst: 10 };

const NONCE_BYTES = 24;

export function createNodeDoor(ports: NodeDoorPorts, scope: Scope): SocketDoor {
  const { clock, log, nodeToken } = ports;
  let refusals = fullBucket(REFUSAL_LINES, clock.monotonicMs());
  const logRefusal = (address: string | undefined, why: string) => {
    const [next, paid] = takeToken(refusals, REFUSAL_LINES, clock.monotonicMs());
    refusals = next;
    if (paid) log.warn({ address }, `a node was refused: ${why}`);
  };
  return {
    refuse: (request) => {
      const refusal = refuseNode(request, nodeToken);
      if (refusal) logRefusal(request.socket.remoteAddress, refusal.message);
      return refusal;
    },
    accept: (socket, request) => {
      const address = (request.socket.remoteAddress ?? "unknown").replace(/^::ffff:(?=\d+\.)/, "");
      const trusted = showsToken(request.headers.authorization, nodeToken.token);
      const converse = (link: PeerLink<ServerToNode>) =>
        createConversation(ports, link, { address, trusted, logRefusal: (why) => logRefusal(address, why) });
      return admitPeer(socket, { schema: NodeToServer, rate: RATE, converse }, { clock, log }, scope);
    },
  };
}

function refuseNode({ headers }: IncomingMessage, { token, required }: NodeToken): Refusal | undefined {
  // Any page that is open on this machine could reach this door; browsers say where it came from.
  if (headers.origin !== undefined) {
    return { status: 403, code: "ORIGIN_REFUSED", message: "a web page cannot be a node" };
  }
  const shown = headers.authorization;
  if (shown === undefined ? !required : showsToken(shown, token)) return undefined;
  const message =
    "a node must show this server's node token: give it NEARFRAME_NODE_TOKEN, with what the server has there or in node-token in its data folder";
  return { status: 401, code: "NODE_TOKEN_REFUSED", message };
}

function newsOf({ warmTitleIds, rttsMs }: Message<"node.heartbeat">): Partial<NodeNews> {
  return { ...(warmTitleIds && { warmTitleIds }), ...(rttsMs && { rttVector: rttsMs }) };
}

type Caller = { address: string; trusted: boolean; logRefusal(why: string): void };

function createConversation(
  { nodes, sessions, onCheckReply }: NodeDoorPorts,
  link: PeerLink<ServerToNode>,
  { address, trusted, logRefusal }: Caller,
): Conversation<NodeToServer> {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  let registered: { nodeId: string; proof: LinkProof } | undefined;
  link.send({ type: "node.challenge", nonce });

  function handleMessage(message: NodeToServer): void {
    if (message.type === "node.register") return handleRegister(message);
    if (!registered) return refuse("REGISTER_FIRST", "register before anything else");
    const { nodeId } = registered;
    switch (message.type) {
      case "node.heartbeat":
        if (proves(message)) nodes.heartbeat(nodeId, message.sessions, newsOf(message));
        return;
      case "node.inventory":
        if (proves(message)) nodes.describe(nodeId, message.inventory);
        return;
      case "check.reply":
        return onCheckReply(nodeId, message.callId, message.result);
      case "node.drain":
        return nodes.tell(nodeId, { type: "drain-asked", by: "node" });
      default:
        return sessions.nodes.handle(nodeId, message);
    }
  }

  function handleRegister(message: Message<"node.register">): void {
    if (registered) return refuse("REGISTERED_ALREADY", "a link registers once");
    if (message.protocol !== PROTOCOL_VERSION) {
      refuse(
        "PROTOCOL_UNSUPPORTED",
        `this server speaks protocol ${PROTOCOL_VERSION}, the node speaks ${message.protocol}; update the older one`,
      );
      return link.close(CloseCode.protocol, "protocol version");
    }
    const proven = proveRegistration(message, nonce);
    if (!proven.ok) return turnAway(proven);
    registered = { nodeId: proven.nodeId, proof: { key: proven.key, nonce, number: 0 } };
    const { publicKey, inventory, sessions: running, draining } = message;
    nodes.register(link, { nodeId: proven.nodeId, publicKey, address, trusted, inventory, sessions: running, draining });
  }

  function proves(message: Message<"node.heartbeat"> | Message<"node.inventory">): boolean {
    const refused = registered && proveNumbered(message, registered.proof);
    if (!refused) return true;
    // One that is late is nobody's fault; one that somebody else made ends the link.
    if (refused.code === "NUMBER_OLD") refuse(refused.code, refused.message);
    else turnAway(refused);
    return false;
  }

  function turnAway({ code, message }: { code: string; message: string }): void {
    logRefusal(message);
    refuse(code, message);
    link.close(CloseCode.unauthorized, "not proved");
  }

  function refuse(code: string, message: string): void {
    link.send({ type: "error", code, message });
  }

  return {
    handleMessage,
    handleSilence: () => {
      if (!registered) link.close(CloseCode.silent, "no registration");
    },
    handleClosed: () => {
      if (registered) nodes.unlink(registered.nodeId, link);
    },
  };
}
