// NATS_URL as the NATS client wants it: `nats://user:password@host:4222`, or
// `tls://`, or several of one kind separated by commas.

import type { NodeConnectionOptions } from "@nats-io/transport-node";

/** A link that is silent for three of these is lost. */
const PING_EVERY_MS = 2_000;
const PINGS_UNANSWERED_MAX = 2;
const RECONNECT_WAIT_MS = 200;
const RECONNECT_JITTER_MS = 100;
const CONNECT_MS = 3_000;

export function natsOptions(urls: string, name: string): NodeConnectionOptions {
  const parsed = urls.split(",").map((url) => new URL(url.trim()));
  const { username, password } = parsed.find(({ username }) => username !== "") ?? { username: "", password: "" };
  return {
    servers: parsed.map(({ hostname, port }) => `${hostname}:${port || "4222"}`),
    name: `nearframe ${name}`,
    ...(parsed.some(({ protocol }) => protocol === "tls:") && { tls: {} }),
    // A name without a password is a token, as in NATS's own tools.
    ...(username !== "" && (password === "" ? { token: decode(username) } : { user: decode(username), pass: decode(password) })),
    pingInterval: PING_EVERY_MS,
    maxPingOut: PINGS_UNANSWERED_MAX,
    reconnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    // A NATS whose accounts are being changed refuses us for a while, not for ever.
    ignoreAuthErrorAbort: true,
    timeout: CONNECT_MS,
  };
}

const decode = decodeURIComponent;
