// One day: players ask, are placed or wait in line, play and leave. The line, its limits
// and its order are the server's own.

import { distanceKm } from "@nearframe/server/location/location";
import { reachKm } from "@nearframe/server/location/light-speed";
import { latencyLimitMs, nextRelaxationMs } from "@nearframe/server/queue/latency-limit";
import { orderLine } from "@nearframe/server/queue/line";
import type { LineEntry } from "@nearframe/server/queue/line";
import TinyQueue from "tinyqueue";
import type { Strategy } from "./strategies.ts";
import { MINUTE_MS } from "./world.ts";
import type { Player, SimulatedNode, World } from "./world.ts";

/** A title that bears any distance, so that nobody is refused and the medians are of the same players. */
const TITLE_LIMIT_MS = 1_000;
/** Who has waited so long gives up. */
const PATIENCE_MS = 10 * MINUTE_MS;

export type Day = {
  /** Of everybody who played: the round trip as the session began. */
  readonly rttMs: number[];
  readonly waitedMs: number[];
  readonly gaveUp: number;
  readonly asked: number;
};

type Event = { atMs: number; type: "asks" | "ends" | "looks-again"; player: Player; node?: SimulatedNode };
type Waiting = LineEntry & { player: Player };

export function playDay(world: World, strategy: Strategy): Day {
  const { network, players, nodes } = world;
  const free = new Map(nodes.map((node) => [node, node.slots]));
  const events = new TinyQueue<Event>(players.map((player) => ({ atMs: player.asksAtMs, type: "asks", player })), (a, b) => a.atMs - b.atMs);
  const waiting = new Map<Player, Waiting>();
  const rttMs: number[] = [];
  const waitedMs: number[] = [];
  let gaveUp = 0;

  for (let event = events.pop(); event; event = events.pop()) {
    const { atMs, type, player, node } = event;
    if (type === "asks") {
      if (!place(player, atMs)) wait(player, atMs);
    } else if (type === "looks-again") {
      lookAgain(player, atMs);
    } else if (node) {
      give(node, 1);
      serveLine(node, atMs);
    }
  }
  return { rttMs, waitedMs, gaveUp, asked: players.length };

  function place(player: Player, atMs: number): boolean {
    const waited = atMs - player.asksAtMs;
    const utcHour = atMs / (60 * MINUTE_MS);
    const node = strategy.choose(player, strategy.usesLimits ? latencyLimitMs(waited, TITLE_LIMIT_MS) : Infinity, utcHour);
    if (!node || (free.get(node) ?? 0) === 0) return false;
    give(node, -1);
    waiting.delete(player);
    rttMs.push(network.rttMs(player.end, node.end, utcHour));
    waitedMs.push(waited);
    events.push({ atMs: atMs + player.playsMs, type: "ends", player, node });
    return true;
  }

  function wait(player: Player, atMs: number): void {
    waiting.set(player, { player, sessionId: `s${player.end.id}`, priority: "ordinary", publisher: "one", pool: "all", askedAtMs: atMs });
    events.push({ atMs: atMs + (nextRelaxationMs(0, TITLE_LIMIT_MS) ?? PATIENCE_MS), type: "looks-again", player });
  }

  function lookAgain(player: Player, atMs: number): void {
    if (!waiting.has(player)) return;
    if (place(player, atMs)) return;
    const waited = atMs - player.asksAtMs;
    if (waited >= PATIENCE_MS) {
      waiting.delete(player);
      gaveUp++;
      return;
    }
    const next = nextRelaxationMs(waited, TITLE_LIMIT_MS) ?? PATIENCE_MS;
    events.push({ atMs: player.asksAtMs + next, type: "looks-again", player });
  }

  /** The first in line who could take the slot that has come free. */
  function serveLine(node: SimulatedNode, atMs: number): void {
    for (const { player } of orderLine([...waiting.values()], new Map(), atMs)) {
      const limit = latencyLimitMs(atMs - player.asksAtMs, TITLE_LIMIT_MS);
      if (strategy.usesLimits && distanceKm(player.end.city, node.end.city) > reachKm(limit)) continue;
      if (place(player, atMs) && (free.get(node) ?? 0) === 0) return;
    }
  }

  function give(node: SimulatedNode, count: 1 | -1): void {
    const slotsFree = (free.get(node) ?? 0) + count;
    free.set(node, slotsFree);
    strategy.changed(node, slotsFree);
  }
}
