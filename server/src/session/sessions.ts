// The sessions of one server process: puts the parts together, finds again
// what outlived the last process, and says good-bye when this one stops.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import { EndReason } from "@nearframe/shared/session/end-reasons";
import type { Log } from "../log.ts";
import type { SessionSaves } from "../saves/ports.ts";
import type { SessionRecord, SessionStore } from "../store/ports.ts";
import { handleNodeMessages } from "./node-messages.ts";
import { handlePlayerMessages } from "./player-messages.ts";
import type { SessionNodes, SessionTelemetry, SessionTitles } from "./ports.ts";
import { createSessionTable } from "./session-table.ts";
import { createSessionWriter } from "./session-writer.ts";
import { createSignalRelay } from "./signal-relay.ts";
import { restoredSession } from "./transition.ts";

export type SessionPorts = {
  clock: Clock;
  log: Log;
  nodes: SessionNodes;
  titles: SessionTitles;
  telemetry: SessionTelemetry;
  store: SessionStore;
  saves: SessionSaves;
  newId(): string;
};

export type Sessions = ReturnType<typeof createSessions>;

export function createSessions(ports: SessionPorts, scope: Scope) {
  const { clock, log, nodes, titles, telemetry, store, saves, newId } = ports;
  // Owned first, closed last: it writes what the others say while they close.
  const writer = createSessionWriter({ store, log }, scope);
  const relay = createSignalRelay(nodes, scope);
  const table = createSessionTable({ clock, log, nodes, writer, relay, telemetry, saves }, scope);
  const fromPlayers = handlePlayerMessages({ table, relay, writer, titles, telemetry, store, log, newId });
  const fromNodes = handleNodeMessages({ table, relay, nodes, telemetry });

  // In whatever session of the player's it happened: whoever looks at a screen now is told.
  saves.listen(
    {
      onDiverged({ playerId, titleId }) {
        for (const peer of new Set(table.ofPlayer(playerId).map((entry) => entry.peer))) {
          peer?.send({ type: "saves.diverged", titleId });
        }
      },
    },
    scope,
  );

  /**
   * What was being played when the last process went is held for its player and
   * its node, both of whom may still be connected to each other. The rest is over.
   */
  async function restore(): Promise<void> {
    for (const { record, turnCount } of await store.openSessions()) {
      const title = titles.find(record.titleId);
      if (record.nodeId === undefined || record.playedSinceMs === undefined || !title) {
        endRecord(record, title ? EndReason.ServerStopped : EndReason.TitleUnknown, turnCount);
        continue;
      }
      nodes.expect(record.nodeId, record.id);
      table.adopt({
        epoch: table.newEpoch(),
        id: record.id,
        playerId: record.playerId,
        title,
        requestedAtMs: record.requestedAtMs,
        device: record.device,
        session: restoredSession(record.nodeId, record.playedSinceMs, table.nowMs()),
        peer: undefined,
        timer: undefined,
        turnCount,
        turns: [],
      });
      log.info({ sessionId: record.id, nodeId: record.nodeId }, "session held after a restart");
    }
  }

  function endRecord(record: SessionRecord, reason: EndReason, ordinal: number): void {
    const atMs = table.nowMs();
    const state = "ended";
    writer.write({ ...record, state, end: { reason, detail: undefined, atMs } }, [
      { sessionId: record.id, ordinal, atMs, event: "server-restarted", state },
    ]);
  }

  /** Ends what has not begun, and leaves what is being played to run on without a server. */
  function stop(): void {
    for (const entry of table.all()) table.apply(entry, { type: "server-stopped" });
  }

  return { ...fromPlayers, ...fromNodes, restore, stop };
}
