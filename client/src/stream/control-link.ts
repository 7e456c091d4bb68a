// The player's line to the server: one WebSocket at a time, opened again whenever
// it is lost. Parses what comes in; knows nothing of sessions or media.

import type { Scope } from "@nearframe/shared/lifetime";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { ServerToClient, type HeldSession } from "@nearframe/shared/protocol/server-to-client";
import { createSource, type Behavior } from "../behavior.ts";
import type { Timers } from "../timers.ts";
import { backoffMs } from "./backoff.ts";

export type LinkStatus =
  | { is: "connecting"; attemptsFailed: number }
  /** `held`: as the server greeted, less what has been left or has ended since. */
  | { is: "open"; playerId: string; held: readonly HeldSession[] }
  /** It will not be tried again: another page of this player took the line, or this page is too old. */
  | { is: "closed"; why: "replaced" | "outdated" };

export interface ControlLink {
  readonly status: Behavior<LinkStatus>;
  /** False when the line is down: nothing is kept for later. */
  send(message: ClientToServer): boolean;
  onMessage(listener: (message: ServerToClient) => void): () => void;
  /** Tries at once instead of after the wait, as when the browser says that it is online again. */
  retryNow(): void;
  /** The network may have changed under an open line: asks for a sign of life, and dials again without one. */
  checkNow(): void;
}

export type ControlLinkPorts = {
  openSocket(): WebSocket;
  token: { read(): string | undefined; write(token: string | undefined): void };
  /** The same over reloads of this tab. */
  tabId?: string | undefined;
  /** Says roughly where the player is. */
  timeZone?: string | undefined;
  timers: Timers;
  random: () => number;
  /** For the log: a message that no server of this protocol sends. */
  onMalformed(detail: string): void;
};

const PING_EVERY_MS = 5_000;
/** A line that is silent this long, with pings under way, is dead. */
const SILENCE_MAX_MS = 15_000;
/** A line that was just asked and says nothing for so long is dialled anew; one that was only slow costs a greeting. */
const CHECK_MS = 500;

export function createControlLink(scope: Scope, ports: ControlLinkPorts): ControlLink {
  const { timers } = ports;
  const status = createSource<LinkStatus>({ is: "connecting", attemptsFailed: 0 });
  const listeners = new Set<(message: ServerToClient) => void>();
  let socket: WebSocket | undefined;
  let attemptsFailed = 0;
  let heardAtMs = 0;
  let stopWait = () => {};
  let stopPings = () => {};
  let stopCheck = () => {};

  function connect(): void {
    stopWait();
    if (scope.closed) return;
    status.set({ is: "connecting", attemptsFailed });
    const opened = ports.openSocket();
    socket = opened;
    heardAtMs = timers.monotonicMs();
    opened.onopen = () => {
      const token = ports.token.read();
      write({
        type: "hello",
        protocol: PROTOCOL_VERSION,
        ...(token === undefined ? {} : { token }),
        ...(ports.tabId === undefined ? {} : { tabId: ports.tabId }),
        ...(ports.timeZone === undefined ? {} : { timeZone: ports.timeZone }),
      });
      schedulePing();
    };
    opened.onmessage = (event) => {
      heardAtMs = timers.monotonicMs();
      const parsed = parseMessage(ServerToClient, String(event.data));
      if (parsed.ok) handle(parsed.value);
      else ports.onMalformed(parsed.message);
    };
    opened.onclose = (event) => {
      if (socket === opened) handleClosed(event.code);
    };
    schedulePing();
  }

  function handle(message: ServerToClient): void {
    if (message.type === "welcome") {
      attemptsFailed = 0;
      ports.token.write(message.token);
      status.set({ is: "open", playerId: message.playerId, held: message.held });
    }
    for (const listener of [...listeners]) listener(message);
    if (message.type === "session.ended") forgetHeld(message.sessionId);
  }

  function forgetHeld(sessionId: string): void {
    const now = status.behavior.value;
    if (now.is !== "open" || !now.held.some((session) => session.sessionId === sessionId)) return;
    status.set({ ...now, held: now.held.filter((session) => session.sessionId !== sessionId) });
  }

  function handleClosed(code: number): void {
    stopPings();
    stopCheck();
    socket = undefined;
    if (scope.closed) return;
    if (code === CloseCode.replaced) return status.set({ is: "closed", why: "replaced" });
    if (code === CloseCode.protocol) return status.set({ is: "closed", why: "outdated" });
    // The token was refused: go on as a new guest.
    if (code === CloseCode.unauthorized) ports.token.write(undefined);
    const delayMs = backoffMs(attemptsFailed, ports.random);
    attemptsFailed += 1;
    status.set({ is: "connecting", attemptsFailed });
    stopWait = timers.after(delayMs, connect);
  }

  function schedulePing(): void {
    stopPings();
    stopPings = timers.after(PING_EVERY_MS, () => {
      if (timers.monotonicMs() - heardAtMs > SILENCE_MAX_MS) return drop();
      if (status.behavior.value.is === "open") write({ type: "ping", sentAtMs: timers.monotonicMs() });
      schedulePing();
    });
  }

  /** The network went away without a word, so no close event may come for minutes. */
  function drop(): void {
    const dead = socket;
    if (!dead) return;
    dead.onclose = null;
    dead.close();
    handleClosed(0);
  }

  function write(message: ClientToServer): boolean {
    if (socket?.readyState !== WebSocket.OPEN) return false;
    socket.send(JSON.stringify(message));
    return true;
  }

  scope.own(undefined, () => {
    stopWait();
    stopPings();
    stopCheck();
    listeners.clear();
    socket?.close();
  });
  connect();

  return {
    status: status.behavior,
    send(message) {
      if (status.behavior.value.is !== "open" || !write(message)) return false;
      if (message.type === "session.leave") forgetHeld(message.sessionId);
      return true;
    },
    onMessage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    retryNow() {
      if (status.behavior.value.is === "connecting" && !socket) connect();
    },
    checkNow() {
      if (status.behavior.value.is !== "open") return;
      const askedAtMs = timers.monotonicMs();
      write({ type: "ping", sentAtMs: askedAtMs });
      stopCheck();
      stopCheck = timers.after(CHECK_MS, () => {
        if (heardAtMs > askedAtMs || !socket) return;
        drop();
        connect();
      });
    },
  };
}
