// What the rest of the server may ask of saves.

import type { Scope } from "@nearframe/shared/lifetime";
import type { SaveGrant } from "@nearframe/shared/saves/save-grant";
import type { Title } from "@nearframe/shared/title/manifest";

/** The newest save that a session would begin from. */
export type SaveSummary = { saveId: string; savedAtMs: number; archiveBytes: number };

export interface SessionSaves {
  /**
   * What `session.start` carries as `save`; undefined for a title that keeps nothing. The node itself
   * asks for the newest save when it restores, so the grant names none, and making one waits for nobody.
   */
  grant(session: { sessionId: string; epoch: number; playerId: string; title: Title }): SaveGrant | undefined;
  latest(playerId: string, titleId: string): Promise<SaveSummary | undefined>;
  listen(notices: SaveNotices, scope: Scope): void;
}

/** Heard in the process that the node brought the save to. MUST NOT throw. */
export interface SaveNotices {
  /** Two sessions have saved from one beginning: both are kept, and the player is to choose. */
  onDiverged(branch: { playerId: string; titleId: string; sessionId: string; saveId: string }): void;
}
