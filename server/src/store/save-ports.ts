// What is kept about saves. Their bytes are in the object storage.

import type { Occasion } from "@nearframe/shared/saves/transfer";

export type SavePlace = "head" | "past" | "branch";

export type SaveRecord = {
  id: string;
  playerId: string;
  titleId: string;
  sessionId: string;
  /** Of the lease under which the session's node made it. */
  epoch: number;
  parentId: string | undefined;
  place: SavePlace;
  occasion: Occasion;
  settled: boolean;
  archiveBytes: number;
  archiveDigest: string;
  contentBytes: number;
  entries: number;
  takenAtMs: number;
  savedAtMs: number;
};

/** Parts that are in the object storage without a record: being brought, or to be taken away. */
export type SaveLeaving = Pick<SaveRecord, "playerId" | "titleId" | "sessionId"> & { saveId: string };

export type SaveChange = {
  added?: SaveRecord | undefined;
  moved: readonly { id: string; place: SavePlace }[];
  /** Their parts become leavings that are due at once. */
  forgotten: readonly SaveRecord[];
};

export interface SaveStore {
  savesOfPlayer(playerId: string): Promise<SaveRecord[]>;
  findHead(playerId: string, titleId: string): Promise<SaveRecord | undefined>;
  /**
   * Gives all of a player's saves to `decide` and does what it says, while nobody else changes that
   * player's. What is added MUST still be a leaving that nobody has claimed; else `uploadKept` is false,
   * and only a change that adds nothing is done.
   */
  changeSaves(
    playerId: string,
    uploadId: string | undefined,
    nowMs: number,
    decide: (saves: readonly SaveRecord[], uploadKept: boolean) => SaveChange,
  ): Promise<void>;
  /** Remembers that parts are being brought. Of one that is known or claimed already nothing changes; false if claimed. */
  noteUpload(leaving: SaveLeaving, dueAtMs: number): Promise<boolean>;
  /** Those of a session that are being brought now. */
  uploadsOfSession(sessionId: string): Promise<string[]>;
  /** What is due, for whoever asks first; the others get it again once `againAtMs` has passed. */
  claimLeavings(nowMs: number, againAtMs: number, atOnceMax: number): Promise<SaveLeaving[]>;
  dropLeaving(saveId: string): Promise<void>;
  /** Notes that a node spoke for the session under `epoch`, and returns the newest noted. */
  noteEpoch(sessionId: string, epoch: number, nowMs: number): Promise<number>;
  /** Sessions not heard of since then. */
  trimEpochs(heardBeforeMs: number): Promise<void>;
}
