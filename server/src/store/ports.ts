// What must outlive the process, as the rest of the server sees it. The words
// are the domain's; the SQL is in `sql-store.ts`.

import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Session, SessionEnd } from "../session/transition.ts";
import type { MinuteRecord } from "../telemetry/score-session-minute.ts";
import type { NodeStore } from "./node-ports.ts";
import type { SaveStore } from "./save-ports.ts";
import type { TitleVersionStore } from "./title-version-ports.ts";

export type SessionRecord = {
  id: string;
  playerId: string;
  titleId: string;
  device: Device;
  state: Session["state"];
  nodeId: string | undefined;
  requestedAtMs: number;
  /** First frame; undefined if none was ever seen. */
  playedSinceMs: number | undefined;
  end: SessionEnd | undefined;
};

/** A turn in a session's life, kept for support and for the scores that are drawn from it. */
export type SessionTurn = {
  sessionId: string;
  /** Counts from 0 within the session, so that writing a turn twice leaves one. */
  ordinal: number;
  atMs: number;
  event: string;
  state: Session["state"];
};

export interface SessionStore {
  /**
   * Writes the record over the older one, adds the turns, and makes the player known.
   * All or nothing. MUST leave one of each turn however often it is given.
   */
  saveSession(record: SessionRecord, turns: readonly SessionTurn[]): Promise<void>;
  /** Sessions without an end, oldest first, and how many turns each has. */
  openSessions(): Promise<{ record: SessionRecord; turnCount: number }[]>;
  findSession(id: string): Promise<SessionRecord | undefined>;
  /** In order. */
  sessionTurns(id: string): Promise<SessionTurn[]>;
}

export interface SettingStore {
  /**
   * Keeps `value` under `key` unless there is one already, and returns what stands.
   * MUST give the same answer to all who ask at the same time.
   */
  keepFirst(key: string, value: string): Promise<string>;
}

export type MinuteLimits = {
  /** Minutes that began earlier go. */
  beganBeforeMs: number;
  /** Of the rest, at most so many of those that were written last stay. */
  rowsMax: number;
  /** How many one call may take away, so that it is short. */
  atOnceMax: number;
};

export interface MinuteStore {
  /** All or nothing. Of a minute that is given twice the first MUST stand. */
  saveMinutes(minutes: readonly MinuteRecord[]): Promise<void>;
  /** The newest ones of the session, oldest first. */
  sessionMinutes(sessionId: string, newestMax: number): Promise<MinuteRecord[]>;
  /**
   * Takes away what is beyond the limits, in the order in which it was written, and
   * returns how many went. MAY stop before a minute that it keeps; all are gone when
   * a call takes less than `atOnceMax`.
   */
  trimMinutes(limits: MinuteLimits): Promise<number>;
}

export type Store = SessionStore & SettingStore & MinuteStore & SaveStore & TitleVersionStore & NodeStore;
