// "A network in a box": a user-space UDP relay that treats packets as a chosen
// network would.
//
//   client --> listen socket --[up link]--> upstream socket (one a client) --> target
//   client <-- listen socket <-[down link]- upstream socket                <-- target
//
// The links decide (`link/link.ts`, pure); this file only carries. It relays
// UDP alone: a test that offers TCP candidates beside it measures nothing.

import dns from "node:dns/promises";
import net from "node:net";
import type { RemoteInfo, Socket } from "node:dgram";
import { systemClock } from "@nearframe/shared/clock";
import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { changeProfile, makeLink, passPacket } from "../link/link.ts";
import type { NetProfile } from "../link/profile.ts";
import { DeliveryQueue } from "./delivery-queue.ts";
import { keyOf, openUdp } from "./flow.ts";
import type { Endpoint, Flow, LinkBox } from "./flow.ts";
import { DirectionCounter, LatenessHistogram } from "./stats.ts";
import type { DirectionStats } from "./stats.ts";

export type RelayOptions = {
  /** Port 0 takes a free one. */
  listen: Endpoint;
  target: Endpoint;
  profile: NetProfile;
  /** Each flow gets dice of its own from it. */
  seed: number;
  /** "flow": every client has an access line of its own (default). "relay": all share one. */
  linkPer?: "flow" | "relay";
  /** Clients beyond this are not answered. */
  flowsMax?: number;
  /** A client that is silent both ways for this long is forgotten. */
  idleMs?: number;
  clock?: Clock;
};

export type RelayStats = {
  flows: { open: number; refused: number; expired: number };
  /** Client to target. */
  up: DirectionStats;
  /** Target to client. */
  down: DirectionStats;
  /** What the relay itself adds to the delay that the link decided. */
  addedDelay: { p50Ms: number; p95Ms: number; maxMs: number };
  /** Packets on their way. */
  waiting: number;
};

export interface Relay {
  /** Where clients send. */
  readonly address: Endpoint;
  /** From now on, for all flows. See `changeProfile` for what is under way. */
  setProfile(profile: NetProfile): void;
  /** To the target, every client comes from another address from now on, as after a change of network. What is on its way is lost. */
  moveClients(): void;
  stats(): RelayStats;
}

const FLOWS_MAX = 64;
/** Longer than ICE consent (30 s, RFC 7675), so that a blackout does not move a player to another port. */
const IDLE_MS = 60_000;
/** 2 s at 200 Mbit/s. Beyond it the relay is the bottleneck, and says so. */
const WAITING_MAX = 40_000;
/** A burst of a large keyframe must not be lost in the kernel, where no profile decided it. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

type Waiting = { direction: "up" | "down"; flow: Flow; payload: Uint8Array };

/** Resolves when it listens. Everything it opens is closed with `scope`. */
export async function createRelay(options: RelayOptions, scope: Scope): Promise<Relay> {
  const relay = new UdpRelay(options, await resolve(options.listen), await resolve(options.target), scope);
  await relay.listen();
  return relay;
}

class UdpRelay implements Relay {
  readonly #options: RelayOptions;
  readonly #listen: Endpoint;
  readonly #target: Endpoint;
  readonly #clock: Clock;
  readonly #scope: Scope;
  readonly #socket: Socket;
  readonly #queue: DeliveryQueue<Waiting>;
  readonly #flows = new Map<string, Flow>();
  readonly #counters = { up: new DirectionCounter(), down: new DirectionCounter() };
  readonly #lateness = new LatenessHistogram();
  readonly #shared: { up: LinkBox; down: LinkBox } | undefined;
  #profile: NetProfile;
  /** Kept, for it is asked for by players that come back when this is closed already. */
  #port = 0;
  #flowsEver = 0;
  #refused = 0;
  #expired = 0;

  constructor(options: RelayOptions, listen: Endpoint, target: Endpoint, scope: Scope) {
    this.#options = options;
    this.#listen = listen;
    this.#target = target;
    this.#clock = options.clock ?? systemClock;
    this.#scope = scope;
    this.#profile = options.profile;
    this.#shared = options.linkPer === "relay" ? this.#makeLinks() : undefined;
    this.#queue = new DeliveryQueue((waiting, lateMs) => this.#deliver(waiting, lateMs), this.#clock, scope);
    this.#socket = openUdp(udpType(listen.host), scope);
  }

  get address(): Endpoint {
    return { host: this.#listen.host, port: this.#port };
  }

  async listen(): Promise<void> {
    const { host, port } = this.#listen;
    await new Promise<void>((listening, failed) => {
      this.#socket.once("error", (cause: NodeJS.ErrnoException) =>
        failed(new Error(`the relay can't listen on ${host}:${port} (${cause.code}): choose another port`, { cause })),
      );
      this.#socket.bind({ address: host, port }, listening);
    });
    this.#port = this.#socket.address().port;
    this.#socket.removeAllListeners("error");
    this.#socket.on("error", (cause) => void this.#scope.close(cause));
    this.#socket.on("message", (payload, from) => this.#handleUp(payload, from));
    growBuffers(this.#socket);
    const idleMs = this.#options.idleMs ?? IDLE_MS;
    this.#scope.own(
      setInterval(() => this.#expire(idleMs), idleMs / 4),
      clearInterval,
    );
  }

  setProfile(profile: NetProfile): void {
    this.#profile = profile;
    const nowMs = this.#clock.monotonicMs();
    // A shared link is in several flows and must change once.
    const boxes = this.#shared ? [this.#shared] : this.#flows.values();
    for (const { up, down } of boxes) {
      up.link = changeProfile(up.link, profile.up, nowMs);
      down.link = changeProfile(down.link, profile.down, nowMs);
    }
  }

  moveClients(): void {
    // The next packet of each opens a flow anew.
    for (const flow of this.#flows.values()) void flow.scope.close("moved");
  }

  stats(): RelayStats {
    return {
      flows: { open: this.#flows.size, refused: this.#refused, expired: this.#expired },
      up: this.#counters.up.read(),
      down: this.#counters.down.read(),
      addedDelay: {
        p50Ms: this.#lateness.quantileMs(0.5),
        p95Ms: this.#lateness.quantileMs(0.95),
        maxMs: this.#lateness.maxMs,
      },
      waiting: this.#queue.length,
    };
  }

  #handleUp(payload: Uint8Array, from: RemoteInfo): void {
    const flow = this.#flows.get(keyOf(from)) ?? this.#openFlow(from);
    if (flow) this.#pass("up", flow, payload);
  }

  #openFlow(from: RemoteInfo): Flow | undefined {
    if (this.#scope.closed) return undefined;
    if (this.#flows.size >= (this.#options.flowsMax ?? FLOWS_MAX)) {
      this.#refused += 1;
      return undefined;
    }
    const scope = this.#scope.child();
    const upstream = openUdp(udpType(this.#target.host), scope);
    const flow: Flow = {
      client: { host: from.address, port: from.port },
      upstream,
      ...(this.#shared ?? this.#makeLinks()),
      scope,
      lastPacketAtMs: this.#clock.monotonicMs(),
    };
    const key = keyOf(from);
    this.#flows.set(key, flow);
    scope.own(key, (owned) => void this.#flows.delete(owned));
    upstream.on("error", (cause) => void scope.close(cause));
    upstream.on("message", (payload, sender) => {
      // Anyone may send to an open port; only the target's packets belong to the flow.
      if (sender.address === this.#target.host && sender.port === this.#target.port) this.#pass("down", flow, payload);
    });
    upstream.bind({ address: nearAddress(this.#target.host) }, () => growBuffers(upstream));
    return flow;
  }

  #makeLinks(): { up: LinkBox; down: LinkBox } {
    const nowMs = this.#clock.monotonicMs();
    const seed = this.#options.seed + 2 * this.#flowsEver;
    this.#flowsEver += 1;
    return {
      up: { link: makeLink(this.#profile.up, seed, nowMs) },
      down: { link: makeLink(this.#profile.down, seed + 1, nowMs) },
    };
  }

  #pass(direction: "up" | "down", flow: Flow, payload: Uint8Array): void {
    const nowMs = this.#clock.monotonicMs();
    flow.lastPacketAtMs = nowMs;
    const box = flow[direction];
    const [link, passage] = passPacket(box.link, payload.length, nowMs);
    box.link = link;
    const counter = this.#counters[direction];
    counter.decided(payload.length, passage);
    if (passage.kind === "dropped") return;
    if (this.#queue.length >= WAITING_MAX) {
      counter.dropped("overload");
      return;
    }
    this.#queue.push(passage.atMs, { direction, flow, payload });
    if (passage.duplicated) this.#queue.push(passage.atMs, { direction, flow, payload });
  }

  #deliver({ direction, flow, payload }: Waiting, lateMs: number): void {
    // The flow may have expired, or the relay closed, while the packet was under way.
    if (flow.scope.closed || this.#scope.closed) return;
    this.#lateness.add(lateMs);
    const counter = this.#counters[direction];
    const [socket, to] = direction === "up" ? [flow.upstream, this.#target] : [this.#socket, flow.client];
    socket.send(payload, to.port, to.host, (failure) => {
      if (failure) counter.dropped("refused");
      else counter.sent(payload.length);
    });
  }

  #expire(idleMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    for (const flow of this.#flows.values()) {
      if (nowMs - flow.lastPacketAtMs < idleMs) continue;
      this.#expired += 1;
      void flow.scope.close("idle");
    }
  }
}

async function resolve({ host, port }: Endpoint): Promise<Endpoint> {
  if (net.isIP(host)) return { host, port };
  const { address } = await dns.lookup(host);
  return { host: address, port };
}

function udpType(host: string): "udp4" | "udp6" {
  return net.isIPv6(host) ? "udp6" : "udp4";
}

/** Where a socket towards `host` binds: a loopback target is spoken to from loopback only. */
function nearAddress(host: string): string {
  if (net.isIPv6(host)) return host === "::1" ? "::1" : "::";
  return host.startsWith("127.") ? "127.0.0.1" : "0.0.0.0";
}

function growBuffers(socket: Socket): void {
  // The kernel grants what its limits allow, which is more than its default.
  socket.setRecvBufferSize(SOCKET_BUFFER_BYTES);
  socket.setSendBufferSize(SOCKET_BUFFER_BYTES);
}
