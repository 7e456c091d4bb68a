// The node's socket to its server: dialled outwards, dialled again when it is lost, and to
// the next server where there are several. Knows nothing of what is said on it.

import WebSocket from "ws";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, MESSAGE_BYTES_MAX } from "@nearframe/shared/protocol/limits";
import { chooseNextDial } from "./reconnect.ts";

export type ControlLinkOptions = {
  /** Most wanted first. */
  serverUrls: readonly string[];
  /** Sent as a bearer token, where the server wants one. */
  token: string | undefined;
};

export type ControlLinkPorts = {
  random(): number;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
  /** The socket that was dialled last has opened. */
  onOpen(): void;
  onText(text: string): void;
  /** It is gone. Another is dialled; nothing that was to be said on this one is said on that. */
  onLost(): void;
  /** Not one of the servers lets this node in: a sentence says what to do. */
  onRefused(why: string): void;
};

export interface ControlLink {
  readonly serverUrl: string;
  readonly open: boolean;
  /** Nothing happens where the link is down. */
  send(text: string): void;
  ping(): void;
  /** The server has taken the node: from now on a loss is a loss, not another failure. */
  settle(): void;
  /** A server that is silent for longer than this is gone. */
  expectWithin(silenceMs: number): void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Between the handshake and the server's welcome. */
const ANSWER_MS = 10_000;
/** For the last words to leave before the socket is cut. */
const CLOSE_WAIT_MS = 500;
/** Two processes with one identity push each other off: the one that was pushed lets the other be for this long. */
const REPLACED_WAIT_MS = 30_000;

export function createControlLink({ serverUrls, token }: ControlLinkOptions, ports: ControlLinkPorts, scope: Scope): ControlLink {
  const { log } = ports;
  let socket: WebSocket | undefined;
  let serverIndex = 0;
  let failures = 0;
  let silenceMs = 0;
  let silence: NodeJS.Timeout | undefined;
  let retry: NodeJS.Timeout | undefined;
  /** Servers that said no since one said yes. */
  const refusedBy = new Set<string>();
  const url = () => serverUrls[serverIndex] ?? "";

  function dial(): void {
    if (scope.closed) return;
    const dialled = new WebSocket(url(), {
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      maxPayload: MESSAGE_BYTES_MAX,
      perMessageDeflate: false,
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
    socket = dialled;
    dialled.on("open", () => {
      refusedBy.delete(url());
      silenceMs = ANSWER_MS;
      hear();
      ports.onOpen();
    });
    dialled.on("pong", hear);
    // A whole message comes as one Buffer, unless `binaryType` says otherwise.
    dialled.on("message", (data) => {
      hear();
      ports.onText((data as Buffer).toString());
    });
    dialled.on("unexpected-response", (_request, response) => {
      if (response.statusCode === 401 || response.statusCode === 403) handleRefused(response.statusCode);
      dialled.terminate();
    });
    dialled.on("error", (error) => log.warn({ err: error.message, server: url() }, "control link"));
    dialled.on("close", (code) => handleClosed(dialled, code));
  }

  function hear(): void {
    if (silenceMs === 0) return;
    clearTimeout(silence);
    silence = setTimeout(() => socket?.terminate(), silenceMs);
  }

  function handleRefused(status: number): void {
    refusedBy.add(url());
    log.warn({ server: url(), status }, "the server does not let this node in");
    if (refusedBy.size < serverUrls.length) return;
    ports.onRefused(`the server at ${url()} does not let this node in (${status}); set NEARFRAME_NODE_TOKEN to the server's`);
  }

  function handleClosed(closed: WebSocket, code: number): void {
    if (socket !== closed || scope.closed) return;
    socket = undefined;
    clearTimeout(silence);
    silenceMs = 0;
    const next = chooseNextDial(failures++, serverIndex, serverUrls.length, ports.random());
    const replaced = code === CloseCode.replaced;
    const delayMs = replaced ? REPLACED_WAIT_MS : next.delayMs;
    if (replaced) log.warn({ server: url() }, "another process has registered with this node's identity; each node needs a key of its own");
    else log.warn({ code, server: url(), delayMs }, "control link lost; sessions play on");
    serverIndex = next.serverIndex;
    ports.onLost();
    retry = setTimeout(dial, delayMs);
  }

  scope.own(undefined, async () => {
    clearTimeout(retry);
    clearTimeout(silence);
    if (socket) await closeSocket(socket);
  });
  dial();
  return {
    get serverUrl() {
      return url();
    },
    get open() {
      return socket?.readyState === WebSocket.OPEN;
    },
    send(text) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(text);
    },
    ping() {
      if (socket?.readyState === WebSocket.OPEN) socket.ping();
    },
    settle() {
      failures = 0;
    },
    expectWithin(ms) {
      silenceMs = ms;
      hear();
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
