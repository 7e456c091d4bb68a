// Links to sessions, for as long as they may work.

import type { Share } from "../shares/company.ts";

export interface ShareStore {
  /** Over the one that is there. Of a link that was taken back once the time of that MUST stand. */
  saveShare(share: Share): Promise<void>;
  findShare(code: string): Promise<Share | undefined>;
  /** Oldest first. */
  sharesOfSession(sessionId: string): Promise<Share[]>;
  /** Takes away those that ran out earlier, and returns how many went. */
  trimShares(expiredBeforeMs: number): Promise<number>;
}
