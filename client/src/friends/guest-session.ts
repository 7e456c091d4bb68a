// Runs one visit to somebody else's session: the line to the server, the path to the node, and what
// may be sent over it. Knows no page and no React; `guest-transition.ts` decides.

import { hasPad } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import type { Offer } from "@nearframe/shared/protocol/media";
import { createSource, type Behavior } from "../behavior.ts";
import type { ControlLink } from "../stream/control-link.ts";
import type { DeviceReport } from "../stream/play-session.ts";
import type { GuestChannels, Path, PathEvents } from "../stream/receiver.ts";
import { createSignalCalls, type CallNode } from "../stream/signal-calls.ts";
import type { Timers } from "../timers.ts";
import { nextVisit, startVisit, type Place, type Visit, type VisitEffect, type VisitEvent } from "./guest-transition.ts";

export type GuestSessionPorts = {
  link: ControlLink;
  timers: Timers;
  makeId(): string;
  describeDevice(): Promise<DeviceReport>;
  openPath(scope: Scope, offer: Offer, call: CallNode, events: PathEvents): Promise<Path>;
  onTrack(track: MediaStreamTrack): void;
  onControl(text: string): void;
  /** The way out that counts from now on, or none. */
  onChannels(channels: GuestChannels | undefined): void;
};

export interface GuestSession {
  readonly visit: Behavior<Visit>;
  leave(): void;
}

const TRY_AGAIN_MS = 2_000;
/** Servers that say a join to the session's next process keep it for fifteen seconds. */
const ANSWER_MS_MAX = 20_000;
/** A path that is neither up nor known to be lost by then is not coming. */
const CONNECT_MS_MAX = 15_000;

export function createGuestSession(scope: Scope, code: string, ports: GuestSessionPorts): GuestSession {
  const { link, timers } = ports;
  const visit = createSource<Visit>(startVisit);
  let device: (DeviceReport & { ok: true })["device"] | undefined;
  let path: { scope: Scope; stopWaiting: () => void } | undefined;
  let stopTry = () => {};

  function happen(event: VisitEvent): void {
    if (scope.closed) return;
    const lineOpen = link.status.value.is === "open";
    const [next, effects] = nextVisit(visit.behavior.value, event, { code, device, lineOpen, makeId: ports.makeId });
    visit.set(next);
    for (const effect of effects) act(effect);
  }

  function act(effect: VisitEffect): void {
    switch (effect.do) {
      case "send": {
        const { message } = effect;
        link.send(message);
        if (message.type !== "guest.join") return;
        stopTry();
        stopTry = timers.after(ANSWER_MS_MAX, () => happen({ kind: "unanswered", requestId: message.requestId }));
        return;
      }
      case "open-path":
        void openPath(effect.place, effect.epoch, effect.offer);
        return;
      case "close-path":
        return closePath();
      case "try-later":
        stopTry();
        stopTry = timers.after(TRY_AGAIN_MS, () => happen({ kind: "again-due" }));
    }
  }

  function closePath(): void {
    const before = path;
    path = undefined;
    before?.stopWaiting();
    ports.onChannels(undefined);
    void before?.scope.close("the visit is over");
  }

  async function openPath({ sessionId, guestId, role }: Place, epoch: number, offer: Offer): Promise<void> {
    const before = path;
    const mine = { scope: scope.child(), stopWaiting: () => {} };
    path = mine;
    const counts = () => path === mine && !mine.scope.closed;
    const calls = createSignalCalls(mine.scope, {
      timers,
      send: (epochOfCall, callId, signal) => link.send({ type: "guest.signal", sessionId, guestId, epoch: epochOfCall, callId, signal }),
    });
    mine.scope.own(
      link.onMessage((message) => {
        if (message.type === "session.signal.reply" && message.sessionId === sessionId) calls.handleReply(message.callId, message.result);
      }),
      (stop) => stop(),
    );
    const awaitPath = () => {
      mine.stopWaiting();
      mine.stopWaiting = timers.after(CONNECT_MS_MAX, () => counts() && happen({ kind: "path-failed", detail: "no path came up in time" }));
    };
    awaitPath();
    mine.scope.own(undefined, () => mine.stopWaiting());
    try {
      const opening = await ports.openPath(mine.scope, offer, calls.to(epoch), {
        onTrack: (track) => void (counts() && ports.onTrack(track)),
        onConnected() {
          if (!counts()) return;
          mine.stopWaiting();
          happen({ kind: "path-up" });
        },
        onDisconnected() {
          if (!counts()) return;
          awaitPath();
          happen({ kind: "path-down" });
        },
        onFrameMark() {},
        onControl: (text) => void (counts() && ports.onControl(text)),
        onProbeOpen() {},
        onProbe() {},
      });
      const [channels] = await Promise.all([opening.openFor(hasPad(role) ? "pad" : "nothing"), opening.ready]);
      if (counts()) ports.onChannels(channels);
    } catch (error) {
      if (counts()) happen({ kind: "path-failed", detail: error instanceof Error ? error.message : String(error) });
    } finally {
      // Kept until here, so that the last picture stays while the next path is made.
      before?.stopWaiting();
      void before?.scope.close("another path counts now");
    }
  }

  scope.own(link.onMessage((message) => happen({ kind: "message", message })), (stop) => stop());
  const handleStatus = () => {
    const { is } = link.status.value;
    happen(is === "open" ? { kind: "line-open" } : { kind: "line-lost" });
  };
  scope.own(link.status.subscribe(handleStatus), (stop) => stop());
  scope.own(undefined, () => {
    stopTry();
    const now = visit.behavior.value;
    if (now.is !== "joining" && now.is !== "over") link.send({ type: "guest.leave", sessionId: now.place.sessionId, guestId: now.place.guestId });
  });
  void ports.describeDevice().then((report) => {
    if (report.ok) device = report.device;
    happen(report.ok ? { kind: "device-known", device: report.device } : { kind: "device-unfit", detail: report.detail });
  });
  return { visit: visit.behavior, leave: () => happen({ kind: "left" }) };
}
