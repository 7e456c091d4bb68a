// A checker's line to the server: dialled out, proved with its key, dialled again for as
// long as the process lives. Nothing dials in.

import WebSocket from "ws";
import type { Scope } from "@nearframe/shared/lifetime";
import type { CheckerToServer } from "@nearframe/shared/protocol/checker-to-server";
import { MESSAGE_BYTES_MAX, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { ServerToChecker } from "@nearframe/shared/protocol/server-to-checker";
import type { CheckerIdentity } from "../identity.ts";

export type Enrolled = Extract<ServerToChecker, { type: "checker.welcome" }>;

export type CheckerLinkEvents = {
  onEnrolled(as: Enrolled): void;
  onMessage(message: ServerToChecker): void;
  /** In a sentence; it is dialled again, unless `final`. */
  onLost(why: string, final: boolean): void;
};

export interface CheckerLink {
  /** Lost where the line is down: what matters is said again. */
  send(message: CheckerToServer): void;
}

const DIAL_FIRST_MS = 500;
const DIAL_LONGEST_MS = 15_000;
/** The server pings every 10 s. */
const SILENCE_MS = 30_000;
/** What dialling again does not mend. */
const FINAL: ReadonlySet<string> = new Set(["PROTOCOL_UNSUPPORTED", "SIGNATURE_WRONG", "KEY_WRONG"]);

export type CheckerLinkOptions = {
  url: string;
  operatorId: string | undefined;
  /** On a machine with several addresses, the one to dial from. */
  fromAddress?: string | undefined;
  identity: CheckerIdentity;
};

export function openCheckerLink({ url, operatorId, fromAddress, identity }: CheckerLinkOptions, events: CheckerLinkEvents, scope: Scope): CheckerLink {
  let socket: WebSocket | undefined;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  scope.own(undefined, () => {
    clearTimeout(timer);
    socket?.terminate();
  });

  function dial(): void {
    const mine = (socket = new WebSocket(url, { maxPayload: 4 * MESSAGE_BYTES_MAX, ...(fromAddress !== undefined && { localAddress: fromAddress }) }));
    let silence = setTimeout(() => mine.terminate(), SILENCE_MS);
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => mine.terminate(), SILENCE_MS);
    };
    let why = "the server closed the line";
    mine.on("ping", heard);
    mine.on("message", (data: Buffer) => {
      heard();
      const parsed = parseMessage(ServerToChecker, data.toString("utf8"));
      if (!parsed.ok) {
        why = `the server said what no server of this protocol says: ${parsed.message}`;
        return mine.terminate();
      }
      if (parsed.value.type === "error") {
        why = parsed.value.message;
        ended ||= FINAL.has(parsed.value.code);
      }
      handle(mine, parsed.value);
    });
    mine.once("error", (error) => {
      why = `${url} can't be reached: ${error.message}`;
    });
    mine.once("close", () => {
      clearTimeout(silence);
      if (socket === mine) socket = undefined;
      if (scope.closed) return;
      events.onLost(why, ended);
      if (ended) return;
      const delayMs = Math.min(DIAL_LONGEST_MS, DIAL_FIRST_MS * 2 ** Math.min(failures, 8));
      failures += 1;
      timer = setTimeout(dial, delayMs / 2 + (delayMs / 2) * Math.random());
    });
  }

  function handle(mine: WebSocket, message: ServerToChecker): void {
    if (message.type === "checker.challenge") {
      const { publicKey } = identity;
      const enrol = { type: "checker.enrol" as const, protocol: PROTOCOL_VERSION, publicKey, nonce: message.nonce, ...(operatorId !== undefined && { operatorId }) };
      return mine.send(JSON.stringify(identity.signed(enrol)));
    }
    if (message.type === "checker.welcome") {
      failures = 0;
      return events.onEnrolled(message);
    }
    events.onMessage(message);
  }

  dial();
  return {
    send(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}

/** `server` is ws:// or http://, with or without a path, which is the players' then. */
export function checkerSocketUrl(server: string): string {
  const url = new URL(server);
  url.protocol = url.protocol === "https:" || url.protocol === "wss:" ? "wss:" : "ws:";
  url.pathname = url.pathname.replace(/(control)?$/, "checker");
  return url.href;
}
