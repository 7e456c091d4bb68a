// What the rest of the server may ask of saves.

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
}
