// Runs one session from the tap to its end: feeds what happens to the transition,
// does what it says, and owns the media path. Knows no page and no React.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import { createSource, type Behavior } from "../behavior.ts";
import type { ControlLink } from "./control-link.ts";
import { createSessionMedia, type SessionMediaPorts } from "./session-media.ts";
import { createSignalCalls } from "./signal-calls.ts";
import { sessionIdOf, type SessionEffect, type SessionEvent, type SessionState } from "./session-state.ts";
import { startSession, transition, wakesAtMs } from "./session-transition.ts";

export type DeviceReport =
  | { ok: true; device: Device }
  | { ok: false; cause: "no-webrtc" | "no-video-codec" | "player-broken"; detail: string };

export type PlaySessionPorts = Omit<SessionMediaPorts, "calls"> & {
  link: ControlLink;
  makeId(): string;
  /** What this device can receive. MUST NOT reject. */
  describeDevice(): Promise<DeviceReport>;
  /** Tells when the device changes its network, for as long as the scope lives. */
  followNetwork(scope: Scope, onChanged: () => void): void;
  /** The player pressed "continue here". */
  takesOver?: boolean;
};

export interface PlaySession {
  readonly state: Behavior<SessionState>;
  /** A frame is on the screen, at this time of the page's clock. */
  handleFrame(shownAtMs: number): void;
  /** The page was hidden, or is seen again. */
  handlePageTurned(): void;
  /** How the last second of play was. Lost where the line to the server is down. */
  report(sample: PlayerSample): void;
  /** Here, instead of in the other tab or on the other device. */
  takeOver(): void;
  leave(): void;
}

/** How long an answer to a request that nobody waits for any more is listened for. */
const LATE_ANSWER_MS = 30_000;
/** So long the server holds a session for a player who is gone: later there is nothing to leave. */
const LEAVE_KEPT_MS = 120_000;

export function createPlaySession(
  scope: Scope,
  titleId: string,
  tappedAtMs: number,
  ports: PlaySessionPorts,
): PlaySession {
  const { link, timers } = ports;
  const state = createSource<SessionState>(startSession(titleId, tappedAtMs, timers.monotonicMs(), ports.takesOver));
  const calls = createSignalCalls(scope, {
    timers,
    send(epoch, callId, signal) {
      const sessionId = sessionIdOf(state.behavior.value);
      return sessionId !== undefined && link.send({ type: "session.signal", sessionId, epoch, callId, signal });
    },
  });
  const media = createSessionMedia(
    scope,
    { ...ports, calls },
    {
      onConnected: () => happen({ kind: "media-connected" }),
      onDisconnected: () => happen({ kind: "media-disconnected" }),
      onFailed: (cause, detail) => happen({ kind: "receiver-failed", cause, detail }),
      onProbed: (epoch, probed) => happen({ kind: "candidate-probed", epoch, ...probed }),
      onMissing: () => happen({ kind: "candidate-missing" }),
      onStall: (news) => happen({ kind: `media-${news}` }),
    },
  );
  let stopTimer = () => {};

  function happen(event: SessionEvent): void {
    if (scope.closed) return;
    const before = state.behavior.value;
    const [next, effects] = transition(before, event, {
      nowMs: timers.monotonicMs(), makeId: ports.makeId, pageVisible: ports.pageVisible(),
    });
    if (next.phase === "over" && before.phase === "requested") leaveLate(before.requestId);
    state.set(next);
    for (const effect of effects) act(effect);
    stopTimer();
    const wakeMs = wakesAtMs(next);
    if (wakeMs === Infinity) return;
    stopTimer = timers.after(Math.max(0, wakeMs - timers.monotonicMs()), () => happen({ kind: "time-passed" }));
  }

  function act(effect: SessionEffect): void {
    switch (effect.do) {
      case "send":
        if (effect.message.type === "session.leave") tellLeft(effect.message.sessionId);
        else link.send(effect.message);
        break;
      case "open-receiver":
        media.open(effect.epoch, effect.offer);
        break;
      case "open-candidate":
        media.probe(effect.epoch, effect.offer);
        break;
      case "open-trial":
        media.probeAside(effect.epoch, effect.offer);
        break;
      case "take-candidate":
        media.take(effect.epoch);
        break;
      case "restart-ice":
        media.restartIce();
        break;
      case "close-receiver":
        media.close();
        break;
    }
  }

  /** The player left before the server answered; the session that it may still make is left on arrival. */
  function leaveLate(requestId: string): void {
    const stopListening = link.onMessage((message) => {
      if (message.type !== "session.created" || message.requestId !== requestId) return;
      stopListening();
      tellLeft(message.sessionId);
    });
    timers.after(LATE_ANSWER_MS, stopListening);
  }

  /** While the server is away it can't be told; it is told first of all once it is back, or it would keep the session for nobody. */
  function tellLeft(sessionId: string): void {
    const tell = () => link.send({ type: "session.leave", sessionId });
    if (tell()) return;
    const stopFollowing = link.status.subscribe(() => {
      if (!tell()) return;
      stopFollowing();
      stopWaiting();
    });
    const stopWaiting = timers.after(LEAVE_KEPT_MS, stopFollowing);
  }

  scope.own(
    link.onMessage((message) => {
      if (message.type === "session.signal.reply") calls.handleReply(message.callId, message.result);
      else happen({ kind: "message", message });
    }),
    (stop) => stop(),
  );
  const handleStatus = () => {
    const status = link.status.value;
    if (status.is === "open") happen({ kind: "control-opened", held: status.held });
    else if (status.is === "connecting") happen({ kind: "control-lost" });
    else happen({ kind: "control-closed", why: status.why });
  };
  scope.own(link.status.subscribe(handleStatus), (stop) => stop());
  scope.own(undefined, () => {
    stopTimer();
    // The page was left without a word from the player: what it had on the node is not kept for nobody.
    const last = state.behavior.value;
    const sessionId = sessionIdOf(last);
    if (sessionId !== undefined) tellLeft(sessionId);
    else if (last.phase === "requested") leaveLate(last.requestId);
  });
  handleStatus();
  ports.followNetwork(scope, () => {
    link.checkNow();
    happen({ kind: "network-changed" });
  });
  void ports.describeDevice().then((report) =>
    happen(
      report.ok
        ? { kind: "device-known", device: report.device }
        : { kind: "device-unfit", cause: report.cause, detail: report.detail },
    ),
  );

  return {
    state: state.behavior,
    handleFrame(shownAtMs) {
      const now = state.behavior.value;
      // One of 60 calls a second; most have nothing to say.
      const overNewPath = now.phase === "playing" && now.offeredAtMs !== undefined && now.media.is === "up";
      if (now.phase === "starting" || overNewPath) happen({ kind: "frame-shown", atMs: shownAtMs });
    },
    handlePageTurned: () => happen({ kind: "page-turned" }),
    report(sample) {
      const now = state.behavior.value;
      if (now.phase === "playing") link.send({ type: "session.telemetry", sessionId: now.sessionId, sample });
    },
    takeOver: () => happen({ kind: "take-over-pressed" }),
    leave: () => happen({ kind: "leave-pressed" }),
  };
}
