// The nodes' door, `/node`: a node dials in, registers, and then reports.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Log } from "../log.ts";
import type { SocketDoor } from "../peers/adapters/ws/socket-doors.ts";
import { HELLO_MS } from "../peers/limits.ts";
import { createPeer, type Peer } from "../peers/peer.ts";
import { fullBucket, takeToken } from "../peers/token-bucket.ts";
import type { Sessions } from "../session/sessions.ts";
import { NODE_MESSAGES_PER_SECOND_MAX } from "./limits.ts";
import { showsToken } from "./node-token.ts";
import type { Nodes, Registration } from "./nodes.ts";

type NodeDoorPorts = { clock: Clock; log: Log; nodes: Nodes; sessions: Sessions; nodeToken: string };

const RATE = { perSecond: NODE_MESSAGES_PER_SECOND_MAX, burst: 2 * NODE_MESSAGES_PER_SECOND_MAX };

/** Strangers who knock all day must not fill the log. */
const REFUSAL_LINES = { perSecond: 0.1, burst: 10 };

export function createNodeDoor(ports: NodeDoorPorts, scope: Scope): SocketDoor {
  const { clock, log, nodeToken } = ports;
  let refusals = fullBucket(REFUSAL_LINES, clock.monotonicMs());
  const logRefusal = (address: string | undefined) => {
    const [next, paid] = takeToken(refusals, REFUSAL_LINES, clock.monotonicMs());
    refusals = next;
    if (paid) log.warn({ address }, "a node without the right token was refused");
  };
  return {
    refuse: (request) => {
      if (showsToken(request.headers.authorization, nodeToken)) return undefined;
      logRefusal(request.socket.remoteAddress);
      const message =
        "a node must show this server's node token: give it NEARFRAME_NODE_TOKEN, with what the server has there or in node-token in its data folder";
      return { status: 401, code: "NODE_TOKEN_REFUSED", message };
    },
    accept: (socket) => {
      const peerScope = scope.child();
      const link = {
        send: (message: ServerToNode) => peer.send(message),
        close: (code: CloseCode, reason: string) => peer.close(code, reason),
      };
      const conversation = createConversation(ports, link);
      peerScope.own(setTimeout(conversation.handleSilence, HELLO_MS), clearTimeout);
      const peer: Peer<ServerToNode> = createPeer(
        socket,
        {
          schema: NodeToServer,
          rate: RATE,
          onMessage: conversation.handleMessage,
          onClosed: () => {
            conversation.handleClosed();
            void peerScope.close();
          },
        },
        { clock, log },
        peerScope,
      );
      return peer;
    },
  };
}

function createConversation(
  { nodes, sessions }: NodeDoorPorts,
  link: Pick<Peer<ServerToNode>, "send" | "close">,
) {
  let nodeId: string | undefined;

  function handleMessage(message: NodeToServer): void {
    if (message.type === "node.register") return handleRegister(message);
    if (nodeId === undefined) {
      return link.send({ type: "error", code: "REGISTER_FIRST", message: "register before anything else" });
    }
    switch (message.type) {
      case "node.heartbeat":
        return nodes.heartbeat(nodeId, message.sessions);
      case "node.encoders":
        return nodes.describeEncoders(nodeId, message.encoders);
      case "session.offer":
        return sessions.handleOffer(nodeId, message);
      case "session.progress":
        return sessions.handleProgress(nodeId, message);
      case "session.signal.reply":
        return sessions.handleSignalReply(nodeId, message);
      case "session.telemetry":
        return sessions.handleNodeTelemetry(nodeId, message);
      case "session.ended":
        return sessions.handleEnded(nodeId, message);
    }
  }

  function handleRegister(message: Registration): void {
    if (nodeId !== undefined) {
      return link.send({ type: "error", code: "REGISTERED_ALREADY", message: "a link registers once" });
    }
    if (message.protocol !== PROTOCOL_VERSION) {
      const text = `this server speaks protocol ${PROTOCOL_VERSION}, the node speaks ${message.protocol}; update the older one`;
      link.send({ type: "error", code: "PROTOCOL_UNSUPPORTED", message: text });
      return link.close(CloseCode.protocol, "protocol version");
    }
    nodeId = message.nodeId;
    nodes.register(link, message);
  }

  function handleSilence(): void {
    if (nodeId === undefined) link.close(CloseCode.silent, "no registration");
  }

  function handleClosed(): void {
    if (nodeId !== undefined) nodes.unlink(nodeId, link);
  }

  return { handleMessage, handleSilence, handleClosed };
}
