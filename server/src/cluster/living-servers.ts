// Who is alive, decided from what the `servers` bucket tells. Pure.
//
// An entry that expired while this server was itself without the bus says nothing:
// nobody could write. So after an outage everybody gets a while to be heard again;
// otherwise all would take all others for dead, and take over their sessions.

/** An entry lives so long without being written, and is written so often. */
export const SERVER_TTL_MS = 5_000;
export const BEAT_EVERY_MS = 1_500;
/** After the bus came back: time to dial, and for two beats. */
export const RETURN_GRACE_MS = 5_000;

export type ServerEntry = { share: string };

type Known = { readonly share: string; /** What it says that it can, beyond what every version could. */ readonly can: readonly string[]; readonly revision: number; /** Expired, and perhaps only unheard. */ readonly missing: boolean };

export type LivingServers = {
  readonly servers: ReadonlyMap<string, Known>;
  /** When the bus was last seen to be away. */
  readonly awayAtMs: number;
};

export type ServersEvent =
  | { type: "present"; serverId: string; share: string; can?: readonly string[] | undefined; revision: number }
  | { type: "gone"; serverId: string; revision: number }
  | { type: "looked"; connected: boolean };

export const NOBODY: LivingServers = { servers: new Map(), awayAtMs: Number.NEGATIVE_INFINITY };

/** Returns the new state, and who has just turned out to be gone for good. */
export function followServers(state: LivingServers, event: ServersEvent, nowMs: number): [LivingServers, gone: string[]] {
  const servers = new Map(state.servers);
  let { awayAtMs } = state;
  const gone: string[] = [];
  const inGrace = () => nowMs - awayAtMs < RETURN_GRACE_MS;
  switch (event.type) {
    case "present":
      servers.set(event.serverId, { share: event.share, can: event.can ?? [], revision: event.revision, missing: false });
      break;
    case "gone": {
      const known = servers.get(event.serverId);
      if (!known) break;
      // A deletion has a revision of its own: the server said goodbye.
      const expired = known.revision === event.revision;
      if (expired && inGrace()) servers.set(event.serverId, { ...known, missing: true });
      else if (servers.delete(event.serverId)) gone.push(event.serverId);
      break;
    }
    case "looked":
      if (!event.connected) awayAtMs = nowMs;
      if (inGrace()) break;
      for (const [serverId, { missing }] of state.servers) if (missing && servers.delete(serverId)) gone.push(serverId);
  }
  return [{ servers, awayAtMs }, gone];
}
