// Takes what players and nodes tell of every second, scores the minutes, and
// hands them on: one line in the log each, and to the store.
//
// Nothing here decides what becomes of a session, and nothing that goes wrong
// here is told to a player.

import type { Clock } from "@nearframe/shared/clock";
import type { Scope } from "@nearframe/shared/lifetime";
import type { NodeSample, PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { Log } from "../log.ts";
import type { PlayedSession, ToldTimes } from "../session/ports.ts";
import { steadyTime } from "../steady-time.ts";
import type { MinuteStore } from "../store/ports.ts";
import { MINUTE_MS, SWEEP_MS } from "./limits.ts";
import { LiveSeconds, type Taking } from "./live-seconds.ts";
import { createMinuteWriter } from "./minute-writer.ts";
import type { MinuteRecord } from "./score-session-minute.ts";

/** Why samples were not taken, and how many since the server started. */
export type Refused = Record<Exclude<Taking, "taken"> | "not-theirs", number>;

export type Telemetry = ReturnType<typeof createTelemetry>;

/** The scope's close scores what is open and waits until it is stored. */
export function createTelemetry({ clock, log, store }: { clock: Clock; log: Log; store: MinuteStore }, scope: Scope) {
  const nowMs = steadyTime(clock);
  // Owned first, closed last: it writes what the sessions' last minutes were.
  const writer = createMinuteWriter({ store, log, nowMs }, scope);
  const live = new LiveSeconds();
  const refused: Refused = { "too-fast": 0, early: 0, "sessions-full": 0, "not-theirs": 0 };
  let refusedTold = 0;

  scope.own(live, () => keep(live.endAll()));
  scope.own(setInterval(() => keep(live.takeDueMinutes(nowMs())), SWEEP_MS), clearInterval);
  scope.own(setInterval(tellRefused, MINUTE_MS), clearInterval);

  function count(taking: Taking | "not-theirs"): void {
    if (taking !== "taken") refused[taking]++;
  }

  function keep(minutes: readonly MinuteRecord[]): void {
    for (const { sessionId, nodeId, quality, flags } of minutes) {
      const { minute, mos, band, fps, delayMs, frameLossPercent, freezeMs, clickToPhotonMsP95 } = quality;
      log.info(
        { sessionId, nodeId, minute, mos, band, fps, delayMs, frameLossPercent, freezeMs, clickToPhotonMsP95, flags },
        "minute scored",
      );
    }
    writer.write(minutes);
  }

  /** At most once a minute: whoever floods us must not fill the log as well. */
  function tellRefused(): void {
    const total = Object.values(refused).reduce((sum, samples) => sum + samples, 0);
    if (total > refusedTold) log.warn({ ...refused }, "telemetry samples were not taken; counted since the start");
    refusedTold = total;
  }

  return {
    takePlayerSample: (session: PlayedSession, sample: PlayerSample) => {
      if (!scope.closed) count(live.takePlayerSample(session, sample, nowMs()));
    },
    takeNodeSample: (session: PlayedSession, sample: NodeSample) => {
      if (!scope.closed) count(live.takeNodeSample(session, sample, nowMs()));
    },
    /** A sample came for a session that somebody else plays or serves. */
    refuseSample: () => count("not-theirs"),
    /** The session is over: its last minute is scored, its seconds are forgotten. */
    endSession: (sessionId: string): ToldTimes | undefined => {
      const told = live.told(sessionId);
      keep(live.end(sessionId));
      return told;
    },
    /** The last seconds of a session that is being played, as both ends told them. */
    recent: (sessionId: string) => live.recent(sessionId),
    get refused(): Readonly<Refused> {
      return { ...refused };
    },
  };
}
