// The seconds of the sessions that are being played, and the minutes that they
// make. Knows neither timers nor stores: whoever does asks for what is due.
//
// A minute counts from the session's first frame and is scored once, when no
// sample can come for it any more. Everything is bounded: sessions, seconds of
// each, samples a second.

import { SAMPLE_DURATION_MS_MAX, type NodeSample, type PlayerSample } from "@nearframe/shared/telemetry/samples";
import { fullBucket, takeToken, type TokenBucket } from "@nearframe/shared/protocol/token-bucket";
import type { PlayedSession, ToldTimes } from "../session/ports.ts";
import {
  LATE_MS_MAX,
  MINUTE_MS,
  SAMPLES_BURST_MAX,
  SAMPLES_PER_SECOND_MAX,
  SECONDS_KEPT,
  SESSIONS_MAX,
} from "./limits.ts";
import { networkOf } from "../peers/network-of.ts";
import type { MinuteOwner } from "./minute-reports.ts";
import { placeSecond } from "./place-second.ts";
import { scoreSessionMinute, type MinuteRecord } from "./score-session-minute.ts";
import {
  NODE_LAYOUT,
  PLAYER_LAYOUT,
  playerSecond,
  type NodeSecond,
  type PlayerSecond,
  type Timed,
} from "./seconds.ts";
import { SecondsRing } from "./seconds-ring.ts";

export type Taking = "taken" | "too-fast" | "early" | "sessions-full";

type End<S> = { readonly ring: SecondsRing<S>; lastEndMs: number | undefined; toldMs: number; bucket: TokenBucket };

type LiveSession = {
  readonly sessionId: string;
  nodeId: string;
  readonly owner: MinuteOwner | undefined;
  readonly originMs: number;
  /** The earliest minute that is not closed. */
  minute: number;
  readonly player: End<PlayerSecond>;
  readonly node: End<NodeSecond>;
};

const RATE = { perSecond: SAMPLES_PER_SECOND_MAX, burst: SAMPLES_BURST_MAX };

export class LiveSeconds {
  readonly #sessions = new Map<string, LiveSession>();
  readonly #sessionsMax: number;

  constructor({ sessionsMax = SESSIONS_MAX } = {}) {
    this.#sessionsMax = sessionsMax;
  }

  takePlayerSample(played: PlayedSession, sample: PlayerSample, nowMs: number): Taking {
    const session = this.#session(played, nowMs);
    return session ? take(session.player, playerSecond(sample), nowMs) : "sessions-full";
  }

  takeNodeSample(played: PlayedSession, sample: NodeSample, nowMs: number): Taking {
    const session = this.#session(played, nowMs);
    if (!session) return "sessions-full";
    session.nodeId = played.nodeId;
    return take(session.node, sample, nowMs);
  }

  /** Closes every minute whose time has come; those with too little in them give nothing. */
  takeDueMinutes(nowMs: number): MinuteRecord[] {
    const records: MinuteRecord[] = [];
    for (const session of this.#sessions.values()) {
      while (nowMs >= untilOf(session, session.minute) + LATE_MS_MAX) closeMinute(session, records);
    }
    return records;
  }

  /** Closes what is left of the session, and forgets it. */
  end(sessionId: string): MinuteRecord[] {
    const session = this.#sessions.get(sessionId);
    const records: MinuteRecord[] = [];
    if (!session) return records;
    this.#sessions.delete(sessionId);
    while (untilOf(session, session.minute - 1) <= (session.player.lastEndMs ?? -Infinity)) closeMinute(session, records);
    return records;
  }

  endAll(): MinuteRecord[] {
    return [...this.#sessions.keys()].flatMap((sessionId) => this.end(sessionId));
  }

  /** What both ends told of the last minutes, as it came. */
  recent(sessionId: string): { player: Timed<PlayerSecond>[]; node: Timed<NodeSecond>[] } | undefined {
    const session = this.#sessions.get(sessionId);
    return session && {
      player: session.player.ring.endingWithin(-Infinity, Infinity),
      node: session.node.ring.endingWithin(-Infinity, Infinity),
    };
  }

  /** All that each end has told of so far, however little of it is kept. */
  told(sessionId: string): ToldTimes | undefined {
    const session = this.#sessions.get(sessionId);
    return session && { nodeMs: Math.round(session.node.toldMs), playerMs: Math.round(session.player.toldMs) };
  }

  get size(): number {
    return this.#sessions.size;
  }

  #session({ sessionId, nodeId, playedSinceMs, player }: PlayedSession, nowMs: number): LiveSession | undefined {
    const known = this.#sessions.get(sessionId);
    if (known) return known;
    if (this.#sessions.size >= this.#sessionsMax) return undefined;
    // A session that outlived a server process was dated by another clock.
    const originMs = Math.min(playedSinceMs, nowMs);
    const session: LiveSession = {
      sessionId,
      nodeId,
      owner: player && { playerId: player.playerId, networkId: networkOf(player.address), check: player.check },
      originMs,
      minute: Math.floor((nowMs - originMs) / MINUTE_MS),
      player: { ring: new SecondsRing(PLAYER_LAYOUT, SECONDS_KEPT), lastEndMs: undefined, toldMs: 0, bucket: fullBucket(RATE, nowMs) },
      node: { ring: new SecondsRing(NODE_LAYOUT, SECONDS_KEPT), lastEndMs: undefined, toldMs: 0, bucket: fullBucket(RATE, nowMs) },
    };
    this.#sessions.set(sessionId, session);
    return session;
  }
}

function take<S extends { durationMs: number }>(end: End<S>, second: S, nowMs: number): Taking {
  const [bucket, paid] = takeToken(end.bucket, RATE, nowMs);
  end.bucket = bucket;
  if (!paid) return "too-fast";
  const endMs = placeSecond(end.lastEndMs, second.durationMs, nowMs);
  if (endMs === undefined) return "early";
  end.lastEndMs = endMs;
  end.toldMs += second.durationMs;
  end.ring.push(endMs, second);
  return "taken";
}

function untilOf(session: LiveSession, minute: number): number {
  return session.originMs + (minute + 1) * MINUTE_MS;
}

function closeMinute(session: LiveSession, records: MinuteRecord[]): void {
  const minute = session.minute++;
  const { sessionId, nodeId, owner } = session;
  const untilMs = untilOf(session, minute);
  const beganAtMs = untilMs - MINUTE_MS;
  const player = session.player.ring.endingWithin(beganAtMs, untilMs);
  if (player.length === 0) return;
  // A second may reach over the edge of its minute, at either end.
  const node = session.node.ring.endingWithin(beganAtMs - SAMPLE_DURATION_MS_MAX, untilMs + SAMPLE_DURATION_MS_MAX);
  const record = scoreSessionMinute({ sessionId, nodeId, owner, minute, beganAtMs }, { player, node });
  if (record) records.push(record);
}
