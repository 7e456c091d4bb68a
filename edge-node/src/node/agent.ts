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
import { createEpochFence } from "../session/epoch-fence.ts";
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

type SessionMessage = Extract<ServerToNode, { epoch: number }>;
type Entry = { session: RunningSession; scope: Scope };

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** A server that says nothing for this many heartbeats is gone. */
const SILENT_HEARTBEATS_MAX = 3;
const UNREPORTED_ENDS_MAX = 1000;
/** For the last reports to leave before the socket is cut. */
const CLOSE_WAIT_MS = 500;

export function createAgent(options: AgentOptions, ports: AgentPorts, scope: Scope): Agent {
  const sessions = new Map<string, Entry>();
  const unreported: NodeToServer[] = [];
  const fence = createEpochFence();
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
        send({ type: "node.heartbeat", sessions: [...sessions.keys()] });
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
        sessions: [...sessions.keys()],
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
      ports.log.warn({ code, delayMs, sessions: sessions.size }, "control link lost; sessions play on");
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
    if ("epoch" in value && !fence.admit(value.sessionId, value.epoch)) return handleStale(value);
    switch (value.type) {
      case "node.welcome":
        return onWelcome(value.heartbeatMs);
      case "error":
        return ports.log.warn({ code: value.code }, value.message);
      case "session.start":
        return startSession({
          sessionId: value.sessionId, title: value.title, device: value.device, bitrateKbps: options.bitrateKbps,
        }, value.epoch);
      case "node.warm":
      case "session.prepare":
        return;
      case "session.rejoin":
        return sessions.get(value.sessionId)?.session.rejoin(value.device);
      case "session.stop": {
        const entry = sessions.get(value.sessionId);
        // Stopped before it was known here, or ended at the same moment: the server hears that nothing runs.
        if (!entry) return send({ type: "session.ended", sessionId: value.sessionId, epoch: value.epoch, reason: value.reason });
        return entry.session.stop(value.reason);
      }
      case "session.signal":
        return void answerSignal(value.sessionId, value.epoch, value.callId, value.signal);
    }
  }

  /** Who sent it has lost the session; a player's call is answered, so that nobody waits for it. */
  function handleStale(message: SessionMessage): void {
    const { sessionId, epoch } = message;
    ports.log.warn({ sessionId, epoch, newest: fence.newest(sessionId), type: message.type }, "a message of an older epoch was refused");
    if (message.type !== "session.signal") return;
    const result = { ok: false, code: "EPOCH_OLD", message: "the session has moved on; use its newest offer" } as const;
    send({ type: "session.signal.reply", sessionId, epoch, callId: message.callId, result });
  }

  function startSession(start: SessionStart, epoch: number): void {
    const { sessionId } = start;
    if (sessions.has(sessionId)) return;
    if (sessions.size >= options.slots) {
      send({ type: "session.ended", sessionId, epoch, reason: EndReason.NodeFailed, detail: "the node has no free slot" });
      return;
    }
    const newest = () => fence.newest(sessionId) ?? epoch;
    const sessionScope = scope.child();
    ports.log.info({ sessionId, titleId: start.title.manifest.id }, "session starts");
    const session = ports.createSession(
      start,
      {
        onOffer: (offer) => send({ type: "session.offer", sessionId, epoch: newest(), offer }),
        onStep: (step) => send({ type: "session.progress", sessionId, epoch: newest(), step }),
        onSample: (sample) => send({ type: "session.telemetry", sessionId, epoch: newest(), sample }),
        onEnded: (reason, detail) => {
          sessions.delete(sessionId);
          ports.log.info({ sessionId, reason, detail }, "session ended");
          send({ type: "session.ended", sessionId, epoch: newest(), reason, ...(detail === undefined ? {} : { detail }) });
        },
      },
      sessionScope,
    );
    sessions.set(sessionId, { session, scope: sessionScope });
  }

  async function answerSignal(sessionId: string, epoch: number, callId: number, signal: Parameters<RunningSession["signal"]>[0]) {
    try {
      const entry = sessions.get(sessionId);
      if (!entry) throw new Error("no such session on this node");
      const value = { ...(await entry.session.signal(signal)) };
      send({ type: "session.signal.reply", sessionId, epoch, callId, result: { ok: true, value } });
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      send({ type: "session.signal.reply", sessionId, epoch, callId, result: { ok: false, code: "SIGNAL_FAILED", message } });
    }
  }

  scope.own(undefined, async () => {
    clearTimeout(retryTimer);
    for (const { session } of sessions.values()) session.stop(EndReason.NodeDrained);
    await Promise.allSettled([...sessions.values()].map((entry) => entry.scope.close("node stops")));
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
