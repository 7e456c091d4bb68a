// A socket that says JSON and hears JSON; a refused or broken one closes, and that is all.

import { WebSocket } from "ws";

export class PlayerSocket {
  onOpen = (): void => {};
  onMessage = (_message: Record<string, unknown>): void => {};
  onClosed = (): void => {};
  readonly #socket: WebSocket;

  constructor(url: string, headers: Record<string, string>) {
    this.#socket = new WebSocket(url, { headers, handshakeTimeout: 3_000 });
    this.#socket.on("open", () => this.onOpen());
    this.#socket.on("message", (data: Buffer) => this.onMessage(JSON.parse(data.toString()) as Record<string, unknown>));
    this.#socket.on("error", () => {
      // The close that follows is what counts.
    });
    this.#socket.on("close", () => this.onClosed());
  }

  send(message: unknown): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

export function nonceOf(message: Record<string, unknown>): unknown {
  return message["nonce"];
}
