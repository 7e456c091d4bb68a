// Runs one session from the tap to its end: feeds what happens to the transition,
// does what it says, and owns the media path. Knows no page and no React.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Device } from "@nearframe/shared/protocol/client-to-server";
import type { PlayerSample } from "@nearframe/shared/telemetry/samples";
import type { Offer } from "@nearframe/shared/protocol/media";
import { createSource, type Behavior } from "../behavior.ts";
import type { Timers } from "../timers.ts";
import type { ControlLink } from "./control-link.ts";
import type { Receiver, ReceiverEvents } from "./receiver.ts";
import { createSignalCalls, SignalError, type CallNode } from "./signal-calls.ts";
import { sessionIdOf, type SessionEffect, type SessionEvent, type SessionState } from "./session-state.ts";
import { startSession, transition, wakesAtMs } from "./session-transition.ts";

export type DeviceReport =
  | { ok: true; device: Device }
  | { ok: false; cause: "no-webrtc" | "no-video-codec" | "player-broken"; detail: string };

export type PlaySessionPorts = {
  link: ControlLink;
  timers: Timers;
  makeId(): string;
  pageVisible(): boolean;
  /** What this device can receive. MUST NOT reject. */
  describeDevice(): Promise<DeviceReport>;
  openReceiver(
    scope: Scope,
    offer: Offer,
    call: CallNode,
    events: Pick<ReceiverEvents, "onConnected" | "onDisconnected">,
  ): Promise<Receiver>;
  /** The media path that counts from now on, or none. */
  onReceiver(receiver: Receiver | undefined): void;
};

export interface PlaySession {
  readonly state: Behavior<SessionState>;
  /** A frame is on the screen, at this time of the page's clock. */
  handleFrame(shownAtMs: number): void;
  /** How the last second of play was. Lost where the line to the server is down. */
  report(sample: PlayerSample): void;
  leave(): void;
}

/** How long an answer to a request that nobody waits for any more is listened for. */
const LATE_ANSWER_MS = 30_000;

export function createPlaySession(
  scope: Scope,
  titleId: string,
  tappedAtMs: number,
  ports: PlaySessionPorts,
): PlaySession {
  const { link, timers } = ports;
  const state = createSource<SessionState>(startSession(titleId, tappedAtMs, timers.monotonicMs()));
  const calls = createSignalCalls(scope, {
    timers,
    send(epoch, callId, signal) {
      const sessionId = sessionIdOf(state.behavior.value);
      return sessionId !== undefined && link.send({ type: "session.signal", sessionId, epoch, callId, signal });
    },
  });
  let media: { scope: Scope; receiver: Receiver | undefined } | undefined;
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
        link.send(effect.message);
        break;
      case "open-receiver":
        void openReceiver(effect.epoch, effect.offer);
        break;
      case "restart-ice":
        media?.receiver?.restartIce().catch((error: unknown) => {
          // The path stays down and the next restart, or the limit, decides.
          console.warn("nearframe: the media path could not be restarted:", error);
        });
        break;
      case "close-receiver":
        closeMedia();
        break;
    }
  }

  async function openReceiver(epoch: number, offer: Offer): Promise<void> {
    const previous = media?.scope;
    const mine = { scope: scope.child(), receiver: undefined as Receiver | undefined };
    media = mine;
    const current = () => media === mine && !mine.scope.closed;
    try {
      mine.receiver = await ports.openReceiver(mine.scope, offer, calls.to(epoch), {
        onConnected: () => current() && happen({ kind: "media-connected" }),
        onDisconnected: () => current() && happen({ kind: "media-disconnected" }),
      });
      // An offer that came later has won.
      if (current()) ports.onReceiver(mine.receiver);
    } catch (error) {
      const cause = error instanceof SignalError ? "node-silent" : "player-broken";
      const detail = error instanceof Error ? error.message : String(error);
      if (current()) happen({ kind: "receiver-failed", cause, detail });
    } finally {
      // Kept until here, so that the last picture stays while the next path is made.
      void previous?.close("a newer offer came");
    }
  }

  function closeMedia(): void {
    void media?.scope.close("the session is over");
    media = undefined;
    ports.onReceiver(undefined);
  }

  /** The player left before the server answered; the session that it may still make is left on arrival. */
  function leaveLate(requestId: string): void {
    const stopListening = link.onMessage((message) => {
      if (message.type !== "session.created" || message.requestId !== requestId) return;
      stopListening();
      link.send({ type: "session.leave", sessionId: message.sessionId });
    });
    timers.after(LATE_ANSWER_MS, stopListening);
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
    if (sessionId !== undefined) link.send({ type: "session.leave", sessionId });
    else if (last.phase === "requested") leaveLate(last.requestId);
  });
  handleStatus();
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
    report(sample) {
      const now = state.behavior.value;
      if (now.phase === "playing") link.send({ type: "session.telemetry", sessionId: now.sessionId, sample });
    },
    leave: () => happen({ kind: "leave-pressed" }),
  };
}
