// The server's view of one control socket: parses what comes in, bounds it, keeps
// the link alive, and closes exactly once. Knows neither `ws` nor what the
// messages mean.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, MESSAGE_BYTES_MAX, SOCKET_BACKLOG_BYTES_MAX } from "@nearframe/shared/protocol/limits";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { fullBucket, takeToken, type BucketRate } from "@nearframe/shared/protocol/token-bucket";
import type * as z from "zod/mini";
import type { Log } from "../log.ts";
import { PING_EVERY_MS, REFUSALS_MAX, ROUND_TRIPS_AT_FIRST, ROUND_TRIPS_KEPT } from "./limits.ts";

/** The part of a WebSocket that a peer needs. */
export interface PeerSocket {
  /** Bytes that wait for the network. */
  readonly backlogBytes: number;
  send(text: string): void;
  ping(): void;
  /** Starts the closing handshake. MUST lead to `handleClosed` within a bounded time. */
  close(code: number, reason: string): void;
  /** MUST lead to `handleClosed` soon. */
  terminate(): void;
}

export type ErrorMessage = { type: "error"; code: string; message: string; requestId?: string };

export type PeerOptions<S extends z.ZodMiniType> = {
  schema: S;
  rate: BucketRate;
  /** MAY throw or reject: the peer is told that the server failed, and the failure is logged. */
  onMessage(message: z.output<S>): void | Promise<void>;
  /** Once, however the socket ended. */
  onClosed(): void;
};

/** What the protocol's `Detail` may hold. */
const ERROR_MESSAGE_LENGTH_MAX = 500;

export type Peer<Outgoing> = {
  send(message: Outgoing | ErrorMessage): void;
  close(code: CloseCode, reason: string): void;
  readonly closed: boolean;
  /** Whether the far end answers a ping in time: one that hangs doesn't, though its system keeps the link open. */
  answers(limitMs: number): Promise<boolean>;
  /** The least of the last round trips of a ping; undefined before the first. */
  readonly rttMs: number | undefined;
  handleText(bytes: number, text: () => string): void;
  handleBinary(): void;
  handlePong(): void;
  handleClosed(): void;
};

export function createPeer<S extends z.ZodMiniType, Outgoing extends { type: string }>(
  socket: PeerSocket,
  options: PeerOptions<S>,
  { clock, log }: { clock: Clock; log: Log },
  scope: Scope,
): Peer<Outgoing> {
  let bucket = fullBucket(options.rate, clock.monotonicMs());
  let refusals = 0;
  let heard = true;
  /** Nothing is sent or handled from the moment that either end closes. */
  let closing = false;
  let closed = false;

  const pinging = setInterval(() => {
    if (!heard) return socket.terminate();
    heard = false;
    ping();
  }, PING_EVERY_MS);
  scope.own(pinging, clearInterval);
  /** Of the last pings, newest last. */
  const roundTripsMs: number[] = [];
  let pingedAtMs: number | undefined;
  ping();

  function ping(): void {
    // Of several under way the first is timed: an answer to it is not taken for one to a later.
    pingedAtMs ??= clock.monotonicMs();
    socket.ping();
  }

  /** A few in a row to begin with: the first answer waits for whatever opens with the link. */
  function handlePong(): void {
    heard = true;
    settleAsking(true);
    if (pingedAtMs === undefined) return;
    roundTripsMs.push(clock.monotonicMs() - pingedAtMs);
    pingedAtMs = undefined;
    if (roundTripsMs.length > ROUND_TRIPS_KEPT) roundTripsMs.shift();
    if (roundTripsMs.length < ROUND_TRIPS_AT_FIRST && !closing) ping();
  }

  /** Who waits for the next pong. */
  const asking = new Set<(answered: boolean) => void>();
  scope.own(asking, () => settleAsking(false));

  function answers(limitMs: number): Promise<boolean> {
    if (closing || scope.closed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(false), limitMs);
      const settle = (answered: boolean) => {
        clearTimeout(timer);
        asking.delete(settle);
        resolve(answered);
      };
      asking.add(settle);
      ping();
    });
  }

  function settleAsking(answered: boolean): void {
    for (const settle of [...asking]) settle(answered);
  }

  function send(message: Outgoing | ErrorMessage): void {
    if (closing) return;
    if (socket.backlogBytes > SOCKET_BACKLOG_BYTES_MAX) {
      log.warn({ backlogBytes: socket.backlogBytes }, "peer reads too slowly");
      closing = true;
      return socket.terminate();
    }
    const text = JSON.stringify(message);
    if (Buffer.byteLength(text) > MESSAGE_BYTES_MAX) {
      // The far end would cut the link at the sight of it: better one message lost than all.
      return log.error({ type: message.type, bytes: Buffer.byteLength(text) }, "a message of ours is too large; it was not sent");
    }
    socket.send(text);
  }

  function close(code: CloseCode, reason: string): void {
    if (closing) return;
    closing = true;
    socket.close(code, reason);
  }

  function refuse(code: string, message: string): void {
    send({ type: "error", code, message: message.slice(0, ERROR_MESSAGE_LENGTH_MAX) });
    if (++refusals > REFUSALS_MAX) close(CloseCode.protocol, "too many messages that make no sense");
  }

  function handleText(bytes: number, text: () => string): void {
    if (!admit()) return;
    if (bytes > MESSAGE_BYTES_MAX) {
      refuse("MESSAGE_TOO_LARGE", `a message may have ${MESSAGE_BYTES_MAX} bytes, this has ${bytes}`);
      return close(CloseCode.tooLarge, "message too large");
    }
    const parsed = parseMessage(options.schema, text());
    if (!parsed.ok) return refuse(parsed.code, parsed.message);
    // A handler's failure stays with the message that caused it.
    Promise.try(() => options.onMessage(parsed.value)).catch((error: unknown) => {
      log.error({ error, type: (parsed.value as { type: string }).type }, "a message could not be handled");
      send({ type: "error", code: "SERVER_FAILED", message: "the server could not do this; try again" });
    });
  }

  function handleBinary(): void {
    if (admit()) refuse("MESSAGE_NOT_JSON", "a message is one JSON object as text, this is binary");
  }

  function admit(): boolean {
    if (closing) return false;
    heard = true;
    const [next, paid] = takeToken(bucket, options.rate, clock.monotonicMs());
    bucket = next;
    if (paid) return true;
    log.warn({ perSecond: options.rate.perSecond }, "peer sends too fast");
    send({ type: "error", code: "MESSAGES_TOO_FAST", message: `at most ${options.rate.perSecond} messages a second` });
    close(CloseCode.tooFast, "too many messages");
    return false;
  }

  function handleClosed(): void {
    if (closed) return;
    closing = true;
    closed = true;
    clearInterval(pinging);
    settleAsking(false);
    options.onClosed();
  }

  return {
    send,
    close,
    answers,
    get rttMs() {
      return roundTripsMs.length === 0 ? undefined : Math.min(...roundTripsMs);
    },
    get closed() {
      return closing;
    },
    handleText,
    handleBinary,
    handlePong,
    handleClosed,
  };
}
