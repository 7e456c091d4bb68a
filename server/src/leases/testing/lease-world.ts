// Servers that come, crash and are cut off, with clocks of their own, who place
// sessions on nodes that answer late. What must hold is asked after every step.
// Use under fake timers.

import { systemClock, type Clock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { joinLocalCluster } from "../../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../../cluster/adapters/local/local-hub.ts";
import type { KeyValue } from "../../cluster/ports.ts";
import { createLog } from "../../log.ts";
import { pick } from "../../testing/seeded-random.ts";
import { runLeases, type Lease, type Leases } from "../leases.ts";
import { ENTRY_TTL_MS } from "../limits.ts";
import { SlotEntry } from "../slot-entry.ts";
import { unreliable, type Link } from "./unreliable-bucket.ts";

export type LeaseWorldOptions = {
  random(): number;
  nodes: readonly string[];
  slots: number;
  /** Clocks run by up to this share too fast or too slow. */
  driftShare: number;
  /** Whether a server asks an answer for its epoch. Without, the world must be seen to break. */
  fenced?: boolean;
  /** Another way to write entries. With one that doesn't compare, the world must be seen to break. */
  bucket?(real: KeyValue<SlotEntry>): KeyValue<SlotEntry>;
};

type Session = { readonly sessionId: string; lease: Lease | undefined; wanted: boolean };

type Server = { serverId: string; leases: Leases; link: Link; scope: Scope; sessions: Map<string, Session> };

const log = createLog("silent", { write: () => {} });
/** Messages to a node and back may wait for a bus that is away. */
const ANSWER_MS_MAX = 20_000;

export type LeaseWorld = Awaited<ReturnType<typeof createLeaseWorld>>;

export async function createLeaseWorld(options: LeaseWorldOptions) {
  const { random, nodes, slots, fenced = true } = options;
  const scope = new Scope();
  const hub = createLocalHub({ clock: systemClock, log }, scope);
  const servers = new Map<string, Server>();
  const wrongs: string[] = [];
  const tally = { requested: 0, taken: 0, refused: 0, unknown: 0, confirmed: 0, lost: 0, lateAnswers: 0, crashed: 0 };
  let count = 0;

  async function addServer(): Promise<Server> {
    const serverId = `server-${++count}`;
    const own = scope.child();
    const link: Link = { up: true, lossShare: random() < 0.3 ? 0.1 : 0, delayMsMax: 200, random };
    const sessions = new Map<string, Session>();
    const cluster = joinLocalCluster({ serverId, hub, log }, own);
    const real = await cluster.bucket("slots", { schema: SlotEntry, ttlMs: ENTRY_TTL_MS });
    const leases = await runLeases(
      unreliable(options.bucket?.(real) ?? real, link),
      {
        cluster,
        clock: skewedClock(options.driftShare, random),
        log,
        random,
        events: {
          onLost(lease) {
            tally.lost++;
            const session = sessions.get(lease.sessionId);
            if (session?.lease === lease) session.lease = undefined;
          },
          onChanged: () => {},
        },
      },
      own,
    );
    const server = { serverId, leases, link, scope: own, sessions };
    servers.set(serverId, server);
    return server;
  }

  /** Takes a slot for a session, and tells the node, which answers when it may be too late. */
  async function request(server: Server, session: Session): Promise<void> {
    tally.requested++;
    let lease: Lease | undefined;
    try {
      lease = await server.leases.takeSlot(pick(random, nodes), slots, session.sessionId);
    } catch {
      // No answer from the bus, or the server crashed meanwhile.
      tally.unknown++;
      return;
    }
    if (!lease) return void tally.refused++;
    tally.taken++;
    if (server.scope.closed) return;
    if (!session.wanted || session.lease) return server.leases.release(lease);
    session.lease = lease;
    setTimeout(() => handleAnswer(server, session, lease), Math.floor(random() ** 3 * ANSWER_MS_MAX));
  }

  function handleAnswer(server: Server, session: Session, lease: Lease): void {
    if (server.scope.closed) return;
    if (session.lease?.epoch !== lease.epoch) {
      tally.lateAnswers++;
      if (fenced) return;
    }
    tally.confirmed++;
    if (!server.leases.holds(lease) && session.lease?.epoch !== lease.epoch) {
      wrongs.push(`an answer under epoch ${lease.epoch}, which is over, was taken for ${session.sessionId}`);
    }
    server.leases.confirm(lease);
  }

  function open(server: Server): Promise<void> {
    const session: Session = { sessionId: `session-${++count}`, lease: undefined, wanted: true };
    server.sessions.set(session.sessionId, session);
    return request(server, session);
  }

  function leave(server: Server, session: Session): void {
    session.wanted = false;
    server.sessions.delete(session.sessionId);
    if (session.lease) server.leases.release(session.lease);
  }

  async function crash(server: Server): Promise<void> {
    tally.crashed++;
    servers.delete(server.serverId);
    await server.scope.close("crashed");
  }

  /** Every slot that two leases are believed to hold at this moment. */
  function check(): void {
    const holders = new Map<string, Lease>();
    for (const { leases, sessions } of servers.values()) {
      for (const { lease } of sessions.values()) {
        if (!lease || !leases.holds(lease)) continue;
        const place = `${lease.nodeId}.${lease.slot}`;
        const other = holders.get(place);
        if (other && other.epoch !== lease.epoch) {
          wrongs.push(`${place} is held for ${other.sessionId} (epoch ${other.epoch}) and for ${lease.sessionId} (epoch ${lease.epoch})`);
        }
        holders.set(place, lease);
      }
    }
  }

  return { scope, servers, wrongs, tally, addServer, open, request, leave, crash, check };
}

/** Shows another time than all others, and goes at another pace. */
function skewedClock(driftShare: number, random: () => number): Clock {
  const offsetMs = random() * 10_000_000;
  const pace = 1 + (random() * 2 - 1) * driftShare;
  return {
    wallMs: () => systemClock.wallMs() + offsetMs,
    monotonicMs: () => offsetMs + systemClock.monotonicMs() * pace,
  };
}
