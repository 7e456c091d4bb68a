// A player's line to the server, as a page has it: one WebSocket, a greeting, pings.
// It is not dialled again: a check whose line was lost says nothing of the node.

import WebSocket from "ws";
import { withTimeout, type Scope } from "@nearframe/shared/lifetime";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { MESSAGE_BYTES_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { makeId } from "../play/phone.ts";

export interface PlayerLink {
  send(message: ClientToServer): void;
}

export type PlayerLinkEvents = {
  onMessage(message: ServerToClient): void;
  onClosed(why: string): void;
};

const WELCOME_TIMEOUT_MS = 10_000;
const PING_EVERY_MS = 5_000;
const CLOSE_TIMEOUT_MS = 1_000;

/** `server` is ws:// or http://, with or without the path of the players' socket. */
export function playerSocketUrl(server: string): string {
  const url = new URL(server);
  url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
  if (url.pathname === "/") url.pathname = "/control";
  return url.href;
}

/** What was said last, such as that the player leaves, is let out first. */
async function closeSocket(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.close();
  await withTimeout(closed, CLOSE_TIMEOUT_MS, "the line did not close").catch(() => socket.terminate());
}

/** Resolves when the server has greeted; rejects with a sentence. */
export async function openPlayerLink(url: string, { timeZone, token }: { timeZone: string; token?: string | undefined }, events: PlayerLinkEvents, scope: Scope): Promise<PlayerLink> {
  const socket = scope.own(new WebSocket(url, { maxPayload: MESSAGE_BYTES_MAX }), closeSocket);
  const link: PlayerLink = {
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
  const welcomed = new Promise<void>((resolve, reject) => {
    socket.once("open", () => link.send({ type: "hello", protocol: PROTOCOL_VERSION, ...(token !== undefined && { token }), tabId: makeId(), timeZone }));
    socket.on("message", (data: Buffer) => {
      const parsed = parseMessage(ServerToClient, data.toString("utf8"));
      if (!parsed.ok) return reject(new Error(`the server said what no server of this protocol says: ${parsed.message}`));
      if (parsed.value.type === "welcome") resolve();
      else events.onMessage(parsed.value);
    });
    socket.once("error", (error) => reject(new Error(`${url} can't be reached: ${error.message}`)));
    socket.once("close", (code) => {
      const why = `the server closed the line (${code})`;
      reject(new Error(why));
      if (!scope.closed) events.onClosed(why);
    });
  });
  await withTimeout(welcomed, WELCOME_TIMEOUT_MS, "the server did not greet");
  const pings = setInterval(() => link.send({ type: "ping", sentAtMs: performance.now() }), PING_EVERY_MS);
  scope.own(pings, clearInterval);
  return link;
}
