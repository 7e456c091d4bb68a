// Which titles a node keeps started for players who have not come yet, as a value. Pure:
// what happened and when goes in, the new pool and what to do about it come out.
//
//   wanted --start--> starting --drawn--> ready --taken--> a session's
//                        '------(stop, or it died)-------> gone
//
// Players come first: nothing is started while a session is, and what is being started
// then is given up. A ready copy is frozen, so it costs memory and no time.

export type Wanted = { readonly key: string; readonly count: number; readonly memoryMb: number };

export type Copy = { readonly id: number; readonly key: string; readonly state: "starting" | "ready" | "stopping" };

export type Failure = { readonly times: number; readonly retryAtMs: number };

export type Pool = {
  readonly wanted: readonly Wanted[];
  readonly copies: readonly Copy[];
  /** By key: copies that died, in a row. */
  readonly failures: ReadonlyMap<string, Failure>;
  readonly sessions: SessionCounts;
  /** Until then nothing is started: a session that has just begun needs the machine. */
  readonly quietUntilMs: number;
  readonly nextId: number;
};

export type SessionCounts = { readonly open: number; readonly starting: number };
export type Room = { readonly slots: number; readonly memoryFreeMb: number };

export type PoolEvent =
  | { type: "wanted"; wanted: readonly Wanted[] }
  | { type: "sessions-changed"; sessions: SessionCounts }
  /** Every so often. */
  | { type: "looked"; room: Room }
  | { type: "ready"; id: number }
  /** A session has it. */
  | { type: "taken"; id: number }
  /** Nothing of it is left, whether it was to stop or not. */
  | { type: "gone"; id: number };

export type PoolEffect = { type: "start"; id: number; key: string } | { type: "stop"; id: number };

/** Of free memory: a player of another title must find room too. */
export const MEMORY_SHARE = 0.5;
export const QUIET_MS = 3_000;
export const BACKOFF_MS_MIN = 5_000;
export const BACKOFF_MS_MAX = 10 * 60_000;

export const emptyPool: Pool = {
  wanted: [], copies: [], failures: new Map(), sessions: { open: 0, starting: 0 }, quietUntilMs: 0, nextId: 1,
};

export function decide(pool: Pool, event: PoolEvent, nowMs: number): [Pool, PoolEffect[]] {
  switch (event.type) {
    case "wanted": {
      const keys = new Set(event.wanted.map(({ key }) => key));
      const failures = new Map([...pool.failures].filter(([key]) => keys.has(key)));
      const next = { ...pool, wanted: event.wanted, failures };
      return stop(next, next.copies.filter((copy) => isSurplus(next, copy)));
    }

    case "sessions-changed": {
      const { starting } = event.sessions;
      const next = { ...pool, sessions: event.sessions, quietUntilMs: starting > 0 ? nowMs + QUIET_MS : pool.quietUntilMs };
      return stop(next, starting > 0 ? next.copies.filter(({ state }) => state === "starting") : []);
    }

    case "looked":
      return look(pool, event.room, nowMs);

    case "ready": {
      const copies = pool.copies.map((copy) => (copy.id === event.id && copy.state === "starting" ? { ...copy, state: "ready" as const } : copy));
      return [{ ...pool, copies }, []];
    }

    case "taken": {
      const taken = pool.copies.find(({ id }) => id === event.id);
      return [without(taken ? { ...pool, failures: forgiven(pool.failures, taken.key) } : pool, event.id), []];
    }

    case "gone": {
      const gone = pool.copies.find(({ id }) => id === event.id);
      const died = gone !== undefined && gone.state !== "stopping";
      return [without(died ? { ...pool, failures: failed(pool.failures, gone.key, nowMs) } : pool, event.id), []];
    }
  }
}

/** Whoever takes a session waits for nobody: what exceeds the slots goes only once it runs. */
function look(pool: Pool, room: Room, nowMs: number): [Pool, PoolEffect[]] {
  if (pool.sessions.starting > 0) return [pool, []];
  const kept = pool.copies.filter(({ state }) => state !== "stopping");
  const places = Math.max(0, room.slots - pool.sessions.open);
  if (kept.length > places) return stop(pool, kept.slice(places));

  const starts = kept.some(({ state }) => state === "starting");
  if (starts || kept.length === places || nowMs < pool.quietUntilMs) return [pool, []];
  const next = pool.wanted.find(
    ({ key, count, memoryMb }) =>
      kept.filter((copy) => copy.key === key).length < count &&
      memoryMb <= room.memoryFreeMb * MEMORY_SHARE &&
      nowMs >= (pool.failures.get(key)?.retryAtMs ?? 0),
  );
  if (!next) return [pool, []];
  const id = pool.nextId;
  const copies: Copy[] = [...pool.copies, { id, key: next.key, state: "starting" }];
  return [{ ...pool, copies, nextId: id + 1 }, [{ type: "start", id, key: next.key }]];
}

/** The oldest of a title are those that stay. */
function isSurplus({ wanted, copies }: Pool, { id, key }: Copy): boolean {
  const most = wanted.find((one) => one.key === key)?.count ?? 0;
  const before = copies.filter((copy) => copy.key === key && copy.state !== "stopping" && copy.id < id);
  return before.length >= most;
}

function stop(pool: Pool, copies: readonly Copy[]): [Pool, PoolEffect[]] {
  const ids = new Set(copies.filter(({ state }) => state !== "stopping").map(({ id }) => id));
  const next = { ...pool, copies: pool.copies.map((copy) => (ids.has(copy.id) ? { ...copy, state: "stopping" as const } : copy)) };
  return [next, [...ids].map((id) => ({ type: "stop", id }))];
}

const without = (pool: Pool, id: number): Pool => ({ ...pool, copies: pool.copies.filter((copy) => copy.id !== id) });

function forgiven(failures: Pool["failures"], key: string): Pool["failures"] {
  return new Map([...failures].filter(([other]) => other !== key));
}

function failed(failures: Pool["failures"], key: string, nowMs: number): Pool["failures"] {
  const times = (failures.get(key)?.times ?? 0) + 1;
  const backoffMs = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** (times - 1));
  return new Map(failures).set(key, { times, retryAtMs: nowMs + backoffMs });
}
