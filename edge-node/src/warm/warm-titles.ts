// The warm titles of this node: does what `pool.ts` decides, and hands copies to sessions.
//
// A copy is owned by this until a session takes it; from then on it is that session's
// like anything else that it opened.

import { hash } from "node:crypto";
import type { Scope } from "@nearframe/shared/lifetime";
import type { WarmTarget } from "@nearframe/shared/node/messages";
import type { Title } from "@nearframe/shared/title/manifest";
import type { TitleSource } from "@nearframe/shared/title-store/package";
import type { SessionEvents } from "../session/session.ts";
import type { WarmTitle, WarmTitles } from "../session/ports.ts";
import { openCopy, type CopyPorts } from "./open-copy.ts";
import { decide, emptyPool, type PoolEffect, type PoolEvent, type Room } from "./pool.ts";

export type WarmTitlesPorts = CopyPorts & {
  room(): Room;
  /** How many more titles the node's graphics cards hold. */
  cardPlaces(): number;
  /** A copy waits, or waits no more. */
  onChanged(): void;
  nowMs(): number;
  log: { info(detail: object, message: string): void; warn(detail: object, message: string): void };
};

export interface NodeWarmTitles extends WarmTitles {
  /** Replaces what was wanted before. */
  want(targets: readonly WarmTarget[]): void;
  /** Those of which a copy waits, each once. */
  waiting(): string[];
  /** Counts a session that is about to be created, with what it tells. */
  watch(events: SessionEvents, session: Scope): SessionEvents;
}

type Ask = Pick<WarmTarget, "title" | "source">;
type Copy = Ask & { readonly key: string; readonly scope: Scope; warm: WarmTitle | undefined };

const LOOK_INTERVAL_MS = 1_000;
/** For a player of another title. */
const CARD_PLACES_LEFT = 1;
const onCard = ({ title }: Ask): boolean => title.manifest.resources.gpu;

export function createWarmTitles(ports: WarmTitlesPorts, scope: Scope): NodeWarmTitles {
  const { log } = ports;
  let pool = emptyPool;
  let asked = new Map<string, Ask>();
  const copies = new Map<number, Copy>();
  const sessions = new Map<Scope, "starting" | "running">();

  function handle(event: PoolEvent): void {
    const [next, effects] = decide(pool, event, ports.nowMs());
    pool = next;
    for (const effect of effects) run(effect);
  }

  function run(effect: PoolEffect): void {
    if (effect.type === "start") return void start(effect.id, effect.key);
    const copy = copies.get(effect.id);
    if (copy) void close(effect.id, copy, "not wanted");
  }

  async function start(id: number, key: string): Promise<void> {
    const ask = asked.get(key);
    if (!ask || scope.closed || (onCard(ask) && ports.cardPlaces() <= CARD_PLACES_LEFT)) return handle({ type: "gone", id });
    const copy: Copy = { ...ask, key, scope: scope.child(), warm: undefined };
    const titleId = ask.title.manifest.id;
    copies.set(id, copy);
    try {
      const beganMs = ports.nowMs();
      const warm = await openCopy(ports, ask.title, ask.source, copy.scope);
      copy.scope.signal.throwIfAborted();
      copy.warm = warm;
      log.info({ titleId, ms: Math.round(ports.nowMs() - beganMs) }, "a title is kept warm");
      handle({ type: "ready", id });
      ports.onChanged();
      const why = await Promise.race([warm.running.exited.then(() => "it ended"), warm.display.closed, warm.sound.closed]);
      // A session's by now, or meant to end.
      if (copies.get(id) !== copy || copy.scope.closed) return;
      log.warn({ titleId, why }, "a warm title is gone");
    } catch (error) {
      if (!copy.scope.closed) log.warn({ titleId, why: describe(error) }, "a title could not be kept warm");
    }
    await close(id, copy, "it failed");
  }

  /** Told as gone when nothing of it is left. */
  async function close(id: number, copy: Copy, why: string): Promise<void> {
    await copy.scope.close(why).catch((error: Error) => log.warn({ titleId: copy.title.manifest.id, why: error.message }, "a warm title did not close well"));
    if (!copies.delete(id)) return;
    handle({ type: "gone", id });
    if (copy.warm) ports.onChanged();
  }

  function ready(key: string): [number, Copy, WarmTitle] | undefined {
    for (const [id, copy] of copies) {
      if (copy.key === key && copy.warm && !copy.scope.closed) return [id, copy, copy.warm];
    }
    return undefined;
  }

  function countSessions(): void {
    const starting = [...sessions.values()].filter((state) => state === "starting").length;
    handle({ type: "sessions-changed", sessions: { open: sessions.size, starting } });
  }

  /** A card has no swap: what waits on one that is full keeps a player from it. */
  function clearCards(): void {
    if (ports.cardPlaces() >= CARD_PLACES_LEFT) return;
    for (const [id, copy] of copies) if (onCard(copy)) void close(id, copy, "its card is full");
  }

  const looking = setInterval(() => {
    clearCards();
    handle({ type: "looked", room: ports.room() });
  }, LOOK_INTERVAL_MS);
  scope.own(looking, clearInterval);

  return {
    want(targets) {
      // One that speaks to others would be missed by them while it is frozen; a device is one session's at a time.
      const able = targets.filter(({ title: { manifest } }) => !manifest.resources.network && manifest.runtime !== "android");
      asked = new Map(able.map(({ title, source }) => [keyOf(title, source), { title, source }]));
      const wanted = able.map(({ title, source, count }) => ({ key: keyOf(title, source), count, memoryMb: title.manifest.resources.memoryMb }));
      handle({ type: "wanted", wanted });
    },
    watch(events, session) {
      sessions.set(session, "starting");
      session.own(session, () => {
        sessions.delete(session);
        countSessions();
      });
      countSessions();
      return {
        ...events,
        onStep(step) {
          if (step === "first-picture") {
            sessions.set(session, "running");
            countSessions();
          }
          events.onStep(step);
        },
      };
    },
    waiting: () => [...new Set([...copies.values()].flatMap(({ title, warm, scope: owner }) => (warm && !owner.closed ? [title.manifest.id] : [])))],
    has: (title, source) => ready(keyOf(title, source)) !== undefined,
    take(title, source, owner) {
      const [id, copy, warm] = ready(keyOf(title, source)) ?? [];
      if (id === undefined || !copy || !warm) return undefined;
      copies.delete(id);
      handle({ type: "taken", id });
      ports.onChanged();
      owner.adopt(copy.scope);
      log.info({ titleId: title.manifest.id }, "a session takes a warm title");
      return warm;
    },
  };
}

/** The same version from the same place; where it is fetched from makes no difference to what it is. */
function keyOf({ manifest, folder }: Title, source: TitleSource | undefined): string {
  return hash("sha256", JSON.stringify([manifest, source?.digest ?? folder]), "base64url");
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
