// Lets WebSockets in, with `ws`: each path of the HTTP server has its own door,
// which looks at the request before the handshake and gets the socket after it.

import { STATUS_CODES, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode } from "@nearframe/shared/protocol/limits";
import { WebSocketServer, type ServerOptions, type WebSocket } from "ws";
import type { Log } from "../../../log.ts";
import { CLOSE_HANDSHAKE_MS, FRAME_BYTES_MAX, SOCKETS_MAX, SOCKETS_PER_ADDRESS_MAX } from "../../limits.ts";
import type { PeerSocket } from "../../peer.ts";

export type Refusal = { status: 401 | 403 | 404 | 429 | 503; code: string; message: string };

/** What a door wants to hear of the socket it let in. */
export type SocketEvents = {
  handleText(bytes: number, text: () => string): void;
  handleBinary(): void;
  handlePong(): void;
  handleClosed(): void;
};

export interface SocketDoor {
  /** Before the handshake; undefined lets it in. */
  refuse(request: IncomingMessage): Refusal | undefined;
  accept(socket: PeerSocket, request: IncomingMessage): SocketEvents;
}

export function openSocketDoors(
  server: Server,
  doors: Readonly<Record<string, SocketDoor>>,
  log: Log,
  scope: Scope,
): void {
  // `closeTimeout` is not in the type definitions yet.
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    closeTimeout: CLOSE_HANDSHAKE_MS,
  };
  const sockets = new WebSocketServer(options);
  const perAddress = new Map<string, number>();

  function handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on("error", (error) => log.debug({ error }, "socket failed during the handshake"));
    const address = request.socket.remoteAddress ?? "unknown";
    const door = doors[pathOf(request)];
    const refusal = door ? (refuseCrowd(address) ?? door.refuse(request)) : NO_DOOR;
    if (!door || refusal) return refuseUpgrade(stream, refusal ?? NO_DOOR);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      perAddress.set(address, (perAddress.get(address) ?? 0) + 1);
      socket.once("close", () => {
        const left = (perAddress.get(address) ?? 1) - 1;
        if (left > 0) perAddress.set(address, left);
        else perAddress.delete(address);
      });
      wire(socket, door.accept(peerSocket(socket), request), log);
    });
  }

  function refuseCrowd(address: string): Refusal | undefined {
    if (scope.closed) return { status: 503, code: "SERVER_STOPPING", message: "the server is stopping" };
    if (sockets.clients.size >= SOCKETS_MAX || (perAddress.get(address) ?? 0) >= SOCKETS_PER_ADDRESS_MAX) {
      return { status: 429, code: "SOCKETS_TOO_MANY", message: "too many connections; try again in a minute" };
    }
    return undefined;
  }

  server.on("upgrade", handleUpgrade);
  scope.own(sockets, async () => {
    const closed = [...sockets.clients].map((socket) => {
      socket.close(CloseCode.stopping, "the server is stopping");
      return new Promise<void>((resolve) => socket.once("close", () => resolve()));
    });
    // Later upgrades still meet the handler, which refuses them: a bare socket would hang.
    await Promise.all(closed);
    server.off("upgrade", handleUpgrade);
    sockets.close();
  });
}

const NO_DOOR: Refusal = { status: 404, code: "NOT_FOUND", message: "there is no WebSocket at this address" };

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "").split("?", 1)[0] ?? "";
}

function refuseUpgrade(stream: Duplex, { status, code, message }: Refusal): void {
  const body = JSON.stringify({ code, message });
  stream.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
    () => stream.destroy(),
  );
}

function peerSocket(socket: WebSocket): PeerSocket {
  return {
    get backlogBytes() {
      return socket.bufferedAmount;
    },
    send: (text) => socket.send(text),
    ping: () => socket.ping(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

function wire(socket: WebSocket, events: SocketEvents, log: Log): void {
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) events.handleBinary();
    else events.handleText(data.byteLength, () => data.toString("utf8"));
  });
  socket.on("pong", () => events.handlePong());
  // `ws` closes the socket after an error, with the code that fits it (1007, 1009).
  socket.on("error", (error) => log.debug({ error }, "socket failed"));
  socket.on("close", () => events.handleClosed());
}
