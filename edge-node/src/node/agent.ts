// The node's side of its control link: dials the server, says what this node is,
// and runs the sessions that the server asks for.
//
// Sessions do not hang on the link. While it is down they play on, and what ended
// meanwhile is reported when it is up again.

import WebSocket from "ws";
import type { Scope } from "@nearframe/shared/lifetime";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import { MESSAGE_BYTES_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { NodeToServer } from "@nearframe/shared/protocol/node-to-server";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Runtime } from "@nearframe/shared/title/manifest";
import { createNodeSessions } from "../session/node-sessions.ts";
import type { RunningSession, SessionEvents, SessionStart } from "../session/session.ts";
import { reconnectDelayMs } from "./reconnect.ts";

export type AgentOptions = {
  serverUrl: string;
  /** Sent as a bearer token, where the server wants one. */
  token: string | undefined;
  nodeId: string;
  name: string;
  runtimes: readonly Runtime[];
  slots: number;
  notices: readonly string[];
  bitrateKbps: number;
};

export type AgentPorts = {
  createSession(start: SessionStart, events: SessionEvents, scope: Scope): RunningSession;
  /** What trying the encoders gave; undefined before. */
  encoders(): readonly EncoderReport[] | undefined;
  random(): number;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface Agent {
  /** Resolves with the server's first welcome. */
  readonly registered: Promise<void>;
  /** Settles with a sentence if the server refuses this node for good. */
  readonly refused: Promise<string>;
  /** The encoders have been tried since this node registered. */
  tellEncoders(): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A server that says nothing for this many heartbeats is gone. */
const SILENT_HEARTBEATS_MAX = 3;
const UNREPORTED_ENDS_MAX = 1000;
/** For the last reports to leave before the socket is cut. */
const CLOSE_WAIT_MS = 500;

export function createAgent(options: AgentOptions, ports: AgentPorts, scope: Scope): Agent {
  const unreported: NodeToServer[] = [];
  const sessions = createNodeSessions(
    { nodeId: options.nodeId, slots: () => options.slots, bitrateKbps: options.bitrateKbps },
    { createSession: ports.createSession, send, log: ports.log },
    scope,
  );
  const registered = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<string>();
  let socket: WebSocket | undefined;
  let attempt = 0;
  let retryTimer: NodeJS.Timeout | undefined;

  /** Ends are kept until the link is back; everything else is worth nothing by then. */
  function send(message: NodeToServer): void {
    if (socket?.readyState === WebSocket.OPEN) {
      socket.send(JSON.stringify(message));
    } else if (message.type === "session.ended") {
      unreported.push(message);
      if (unreported.length > UNREPORTED_ENDS_MAX) unreported.shift();
    }
  }

  function encodersField() {
    const encoders = ports.encoders();
    return encoders ? { encoders: [...encoders] } : {};
  }

  function dial(): void {
    if (scope.closed) return;
    const dialled = new WebSocket(options.serverUrl, {
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      ...(options.token === undefined ? {} : { headers: { authorization: `Bearer ${options.token}` } }),
    });
    socket = dialled;
    let heartbeat: NodeJS.Timeout | undefined;
    let silence: NodeJS.Timeout | undefined;

    const onWelcome = (heartbeatMs: number) => {
      attempt = 0;
      registered.resolve();
      for (const message of unreported.splice(0)) send(message);
      const beat = () => {
        send({ type: "node.heartbeat", sessions: sessions.reports() });
        dialled.ping();
      };
      // The first at once: until it comes, the server can't tell a session that ended from one not told of yet.
      beat();
      clearInterval(heartbeat);
      heartbeat = setInterval(beat, heartbeatMs);
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(() => dialled.terminate(), heartbeatMs * SILENT_HEARTBEATS_MAX);
      };
      dialled.on("pong", heard).on("message", heard);
      heard();
    };

    dialled.on("open", () =>
      send({
        type: "node.register",
        protocol: PROTOCOL_VERSION,
        nodeId: options.nodeId,
        name: options.name,
        runtimes: [...options.runtimes],
        slots: options.slots,
        notices: [...options.notices],
        ...encodersField(),
        sessions: sessions.reports(),
      }),
    );
    // A whole message comes as one Buffer, unless `binaryType` says otherwise.
    dialled.on("message", (data) => handleText((data as Buffer).toString(), onWelcome));
    dialled.on("unexpected-response", (_request, response) => {
      if (response.statusCode === 401 || response.statusCode === 403) {
        refused.resolve(`the server at ${options.serverUrl} does not let this node in (${response.statusCode}); set NEARFRAME_NODE_TOKEN to the server's`);
      }
      dialled.terminate();
    });
    dialled.on("error", (error) => ports.log.warn({ err: error.message }, "control link"));
    dialled.on("close", (code) => {
      clearInterval(heartbeat);
      clearTimeout(silence);
      if (socket !== dialled || scope.closed) return;
      socket = undefined;
      const delayMs = reconnectDelayMs(attempt++, ports.random());
      ports.log.warn({ code, delayMs, sessions: sessions.reports().length }, "control link lost; sessions play on");
      retryTimer = setTimeout(dial, delayMs);
    });
  }

  function handleText(text: string, onWelcome: (heartbeatMs: number) => void): void {
    const message = parseMessage(ServerToNode, text);
    if (!message.ok) {
      ports.log.warn({ code: message.code, detail: message.message }, "the server sent what this node can't read");
      return;
    }
    const value = message.value;
    if ("sessionId" in value) return sessions.handle(value);
    switch (value.type) {
      case "node.welcome":
        return onWelcome(value.heartbeatMs);
      case "error":
        return ports.log.warn({ code: value.code }, value.message);
    }
  }

  scope.own(undefined, async () => {
    clearTimeout(retryTimer);
    await sessions.stop(EndReason.NodeDrained);
    if (socket) await closeSocket(socket);
  });
  dial();
  return {
    registered: registered.promise,
    refused: refused.promise,
    tellEncoders() {
      const { encoders } = encodersField();
      // Where the link is down, the next registration tells.
      if (encoders) send({ type: "node.encoders", encoders });
    },
  };
}

function closeSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === WebSocket.CLOSED) return resolve();
    const timer = setTimeout(() => socket.terminate(), CLOSE_WAIT_MS);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
    socket.close(1001);
  });
}
