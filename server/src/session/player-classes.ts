// Looks up the class in line that the operator has given to a session's player. Beside
// everything else: no start waits for it, and who is placed at once needs none.

import type { Log } from "../log.ts";
import type { PlayerClassStore } from "../store/player-class-ports.ts";
import type { Entry } from "./entry.ts";
import type { SessionTable } from "./session-table.ts";

export type PlayerClasses = ReturnType<typeof createPlayerClasses>;

export function createPlayerClasses(ports: {
  table: Pick<SessionTable, "find" | "nowMs" | "placeQueued">;
  store: Pick<PlayerClassStore, "findClass">;
  log: Log;
}) {
  const { table, store, log } = ports;

  async function read(entry: Entry): Promise<void> {
    try {
      const grant = await store.findClass(entry.playerId);
      if (!grant || grant.untilMs <= table.nowMs() || table.find(entry.id) !== entry) return;
      entry.playerClass = grant.playerClass;
      if (entry.session.state === "queued") table.placeQueued();
    } catch (error) {
      log.warn({ sessionId: entry.id, error }, "the player's class could not be read: the session waits as an ordinary one");
    }
  }

  return {
    /** MUST be called once for each session that this process has, new or taken over. */
    lookUp: (entry: Entry): void => void read(entry),
  };
}
