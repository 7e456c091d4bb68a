// Several server processes on one hub and one store, each of which can be cut off or killed.
// Use under fake timers; `processesOfEachTest` brings them, and proves that nothing is left.

import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { createLocalHub, type LocalHub } from "../cluster/adapters/local/local-hub.ts";
import type { Cluster } from "../cluster/ports.ts";
import { createMemoryStore } from "../store/adapters/memory/memory-store.ts";
import type { Store } from "../store/ports.ts";
import { cuttable } from "./cuttable-cluster.ts";
import { createWorld, settled, silentLog, type FakePeer, type World } from "./world.ts";

/** A server process. Cut off or dead, it says and writes nothing. */
export type Process = World & { readonly connected: boolean; readonly dead: boolean; setConnected(connected: boolean): void; kill(): Promise<void> };

export class Processes {
  readonly scope = new Scope();
  readonly hub: LocalHub = createLocalHub({ clock: systemClock, log: silentLog }, this.scope);
  readonly store: ReturnType<typeof createMemoryStore> = createMemoryStore();
  /** Those that live. */
  running: Process[] = [];

  /** `through`: what else stands between this process and the others. */
  async start(through = (cluster: Cluster) => cluster): Promise<Process> {
    const way = { up: true };
    const heals = new Set<() => void>();
    const life = { dead: false };
    const world = await createWorld({ store: mortal(this.store, life), hub: this.hub, through: (cluster) => cuttable(through(cluster), way, heals) });
    const process: Process = {
      ...world,
      get connected() {
        return way.up;
      },
      get dead() {
        return life.dead;
      },
      setConnected(connected) {
        way.up = connected;
        if (connected) for (const tell of heals) tell();
      },
      /** As by the kernel: no goodbye, and nothing that it had still to write is written. */
      kill: async () => {
        this.running = this.running.filter((other) => other !== process);
        life.dead = true;
        way.up = false;
        await closed(world.scope, "killed");
      },
    };
    this.running.push(process);
    return process;
  }

  /** Who has each session, by the cluster's own list. */
  owners(): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const watching = this.scope.child();
    this.hub.entries("sessions", undefined).watch((change) => {
      if (change.type === "present") found.set(change.entry.key, (JSON.parse(change.entry.text) as { ownerId: string }).ownerId);
    }, watching);
    void watching.close();
    return found;
  }

  /** Undefined while its owner is dead, and where it has none. */
  ownerOf(sessionId: string): Process | undefined {
    const ownerId = this.owners().get(sessionId);
    return this.running.find(({ serverId }) => serverId === ownerId);
  }

  /** All processes; the hub stays. */
  async stop(): Promise<void> {
    for (const { scope } of this.running) await closed(scope);
    this.running = [];
  }

  async close(): Promise<void> {
    await this.stop();
    await closed(this.scope);
  }
}

/** What a process ends with waits for timers, which the test turns. */
const closed = (scope: Scope, reason?: string): Promise<unknown> => Promise.all([scope.close(reason), settled()]);

/** The store as one process has it, whatever a test makes of it meanwhile; a dead one writes no session more. */
function mortal(store: Store, life: { readonly dead: boolean }): Store {
  return Object.assign(Object.create(store) as Store, {
    saveSession: (...record: Parameters<Store["saveSession"]>) => (life.dead ? Promise.reject(new Error("the process is gone")) : store.saveSession(...record)),
  });
}

/** New ones for each test of the file that calls this, under fake timers. */
export function processesOfEachTest(): { readonly now: Processes } {
  const each = { now: undefined as unknown as Processes };
  beforeEach(() => {
    vi.useFakeTimers();
    each.now = new Processes();
  });
  afterEach(async () => {
    await each.now.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
  return each;
}

/** A player and what the page would know. */
export type Asked = { readonly peer: FakePeer; readonly sessionId: string };

/** At a process that may not be the one which owns the session that comes of it. */
export async function ask(world: World, name: string): Promise<Asked> {
  const peer = world.player(name);
  await peer.request();
  await vi.advanceTimersByTimeAsync(10);
  const created = peer.last("session.created");
  if (!created) throw new Error(`${name} was given no session`);
  return { peer, sessionId: created.sessionId };
}

export const positionOf = ({ peer }: Asked): number | undefined => peer.last("session.queued")?.position;
