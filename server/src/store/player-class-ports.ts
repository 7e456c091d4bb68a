// Which class in line the operator has given to whom, and until when.

import type { PlayerClass } from "../queue/line.ts";

export type ClassGrant = { playerClass: PlayerClass; untilMs: number };

export interface PlayerClassStore {
  /** In place of what the player was given before; undefined takes it away. MUST forget whatever ended before `nowMs`. */
  giveClass(playerId: string, grant: ClassGrant | undefined, nowMs: number): Promise<void>;
  /** MAY find what has ended meanwhile. */
  findClass(playerId: string): Promise<ClassGrant | undefined>;
}
