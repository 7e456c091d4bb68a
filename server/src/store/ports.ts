// What must outlive the process, as the rest of the server sees it. The words
// are the domain's; the SQL is in `sql-store.ts`.

import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { Lease, Played, Session, SessionEnd } from "../session/session.ts";
import type { ToldTimes } from "../session/ports.ts";
import type { MinuteRecord } from "../telemetry/score-session-minute.ts";
import type { AfterServiceStore, CheckingStore, JudgedMinuteStore, WashStore } from "./checking-ports.ts";
import type { NodeStore } from "./node-ports.ts";
import type { PlayerClassStore } from "./player-class-ports.ts";
import type { ProblemStore } from "./problem-ports.ts";
import type { RatingStore } from "./rating-ports.ts";
import type { SaveStore } from "./save-ports.ts";
import type { ShareStore } from "./share-ports.ts";
import type { TitleVersionStore } from "./title-version-ports.ts";

export type SessionRecord = {
  id: string;
  playerId: string;
  titleId: string;
  device: Device;
  state: Session["state"];
  /** On its node, or on the last one that it had. */
  lease: Lease | undefined;
  requestedAtMs: number;
  /** Undefined if no frame was ever seen. */
  played: Played | undefined;
  end: SessionEnd | undefined;
  /** How much of it each end told of, second by second; left out while it lasts, and where it had several owners. */
  told?: ToldTimes | undefined;
  /** A checker's play, and over: nobody's session. Before its end nothing that is stored tells it from a player's. */
  check?: true | undefined;
  /** How many owners it has had, the present one included. */
  term: number;
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
   * All or nothing. MUST leave one of each turn however often it is given. MUST leave a
   * record that has an end, or whose owner came later, as it is.
   */
  saveSession(record: SessionRecord, turns: readonly SessionTurn[]): Promise<void>;
  /** Sessions without an end, oldest first, and how many turns each has. */
  openSessions(): Promise<{ record: SessionRecord; turnCount: number }[]>;
  /** The same of one session; undefined if it has an end, or never was. */
  openSession(id: string): Promise<{ record: SessionRecord; turnCount: number } | undefined>;
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

export type Store = SessionStore & SettingStore & MinuteStore & PlayerClassStore & ProblemStore & RatingStore & SaveStore & ShareStore & TitleVersionStore & NodeStore & CheckingStore & JudgedMinuteStore & AfterServiceStore & WashStore;
