// The connection to NATS: made with a limit, kept for ever, its losses and returns
// logged once each. What waits for it waits no longer than its caller allows.

import type { Scope } from "@nearframe/shared/lifetime";
import { withTimeout } from "@nearframe/shared/lifetime";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { Log } from "../../../log.ts";
import { CALL_MS } from "../../limits.ts";
import { ClusterUnavailableError } from "../../ports.ts";
import { natsOptions } from "./nats-options.ts";

/** A NATS that starts together with us is there by then; one that isn't, an operator has to look at. */
const FIRST_CONNECT_MS = 15_000;
const FIRST_TRY_EVERY_MS = 500;
/** What has been said should leave before the process does. */
const FLUSH_MS = 1_000;

export type NatsLink = {
  readonly connection: NatsConnection;
  readonly connected: boolean;
  /** Not as soon as its scope begins to close: who closes before it still has something to say. */
  readonly closed: boolean;
  /** Called in order, at each return of the link, until the scope closes. MUST NOT throw. */
  onReturn(handler: () => void, scope: Scope): void;
  onLoss(handler: () => void, scope: Scope): void;
  /** Waits for the link if need be, then for the work: both together no longer than `CALL_MS`. */
  call<T>(what: string, work: () => Promise<T>): Promise<T>;
};

type LinkOptions = { url: string; name: string; firstConnectMs: number | undefined; log: Log };

/** Rejects with one sentence for the operator. */
export async function openNatsLink({ url, name, firstConnectMs = FIRST_CONNECT_MS, log }: LinkOptions, scope: Scope): Promise<NatsLink> {
  const connection = await connectFirst(natsOptions(url, name), firstConnectMs, scope);
  const returns = new Set<() => void>();
  const losses = new Set<() => void>();
  let connected = true;
  let closed = false;
  let lostAtMs = 0;
  scope.own(connection, async (connection) => {
    const wasConnected = connected;
    closed = true;
    connected = false;
    if (wasConnected) await withTimeout(connection.flush(), FLUSH_MS, "NATS takes no more").catch(() => log.warn("NATS did not take our last words"));
    await connection.close();
  });

  void watchStatus();

  async function watchStatus(): Promise<void> {
    for await (const status of connection.status()) {
      if (closed) return;
      if (status.type === "disconnect") handleLoss();
      else if (status.type === "reconnect") handleReturn();
      else if (status.type === "error") log.warn({ error: status.error }, "NATS refused something");
      else log.debug({ type: status.type }, "NATS connection");
    }
  }

  function handleLoss(): void {
    if (!connected) return;
    connected = false;
    lostAtMs = performance.now();
    log.error("the link to NATS is lost: sessions go on, and nothing new is placed until it is back");
    for (const handler of [...losses]) handler();
  }

  function handleReturn(): void {
    if (connected) return;
    connected = true;
    log.info({ awayMs: Math.round(performance.now() - lostAtMs) }, "the link to NATS is back");
    for (const handler of [...returns]) handler();
  }

  function listen(handlers: Set<() => void>, handler: () => void, listenerScope: Scope): void {
    listenerScope.own(handler, () => void handlers.delete(handler));
    handlers.add(handler);
  }

  async function call<T>(what: string, work: () => Promise<T>): Promise<T> {
    if (closed) throw new ClusterUnavailableError("the cluster is closed");
    const deadlineMs = performance.now() + CALL_MS;
    if (!connected) await whenBack(what);
    try {
      return await withTimeout(work(), deadlineMs - performance.now(), "no answer");
    } catch (error) {
      throw new ClusterUnavailableError(`${what}: NATS could not do it: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Who gave up waiting must not begin to work later. */
  function whenBack(what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const back = () => {
        clearTimeout(limit);
        returns.delete(back);
        resolve();
      };
      const limit = setTimeout(() => {
        returns.delete(back);
        reject(new ClusterUnavailableError(`${what}: the link to NATS is lost`));
      }, CALL_MS);
      returns.add(back);
    });
  }

  return {
    connection,
    get connected() {
      return connected;
    },
    get closed() {
      return closed;
    },
    onReturn: (handler, listenerScope) => listen(returns, handler, listenerScope),
    onLoss: (handler, listenerScope) => listen(losses, handler, listenerScope),
    call,
  };
}

async function connectFirst(options: NodeConnectionOptions, limitMs: number, scope: Scope): Promise<NatsConnection> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await connect(options);
    } catch (error) {
      scope.signal.throwIfAborted();
      if (performance.now() > deadlineMs) {
        const servers = [options.servers].flat().join(", ");
        throw new Error(
          `NATS at ${servers} can't be reached (${(error as Error).message}): start it with JetStream (nats-server --jetstream), or correct NATS_URL`,
          { cause: error },
        );
      }
    }
    await new Promise((resolve) => setTimeout(resolve, FIRST_TRY_EVERY_MS));
  }
}
