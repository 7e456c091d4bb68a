// Classes of players in memory.

import type { ClassGrant, PlayerClassStore } from "../../player-class-ports.ts";

export function createMemoryPlayerClasses(): PlayerClassStore {
  const grants = new Map<string, ClassGrant>();
  return {
    async giveClass(playerId, grant, nowMs) {
      for (const [id, { untilMs }] of grants) if (id === playerId || untilMs < nowMs) grants.delete(id);
      if (grant) grants.set(playerId, { ...grant });
    },
    async findClass(playerId) {
      return grants.get(playerId);
    },
  };
}
