// One visit, for a page: somebody else's session by a link, to watch, to play along or to be a pad.
// Joins the parts to real browsers; the page mounts it and hands it its elements.

import { hasPad } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { createSource, type Behavior } from "../behavior.ts";
import { describeDevice, openBrowserPath } from "../play-entry.ts";
import type { ControlLink } from "../stream/control-link.ts";
import { createScreen, type Screen, type ScreenElements } from "../stream/screen.ts";
import { browserTimers } from "../timers.ts";
import type { Orientation } from "../view-model/control-layout.ts";
import { followOrientation } from "../view-model/orientation.ts";
import type { Settings } from "../view-model/settings.ts";
import { createWakeLock } from "../view-model/wake-lock.ts";
import { createCompany, type CompanyModel } from "./company.ts";
import { followSignals } from "./follow-signals.ts";
import type { FriendsSettings } from "./friends-settings.ts";
import { createGuestHands, type GuestHands } from "./guest-hands.ts";
import { createGuestSession, type GuestSession } from "./guest-session.ts";
import { makeId } from "./make-id.ts";
import { createPadLink, type PadLinkState } from "./pad-link.ts";
import { openPeer } from "./peer.ts";
import { createVoice, type Voice } from "./voice.ts";
import { openMicrophone, playVoice } from "./voice-sound.ts";

export type VisitModel = Pick<GuestSession, "visit" | "leave"> & {
  readonly company: CompanyModel;
  readonly voice: Voice;
  readonly hands: GuestHands;
  /** Of a phone that is a pad. */
  readonly padWay: Behavior<PadLinkState>;
  readonly padCount: Behavior<number>;
  readonly orientation: Behavior<Orientation>;
  readonly sound: Behavior<"on" | "blocked">;
  /** Takes the elements until the returned function is called. */
  mountScreen(elements: ScreenElements): () => void;
  /** By a gesture, which lets the browser play. */
  playSound(): void;
};

export type VisitPlayer = { link: ControlLink; settings: Behavior<Settings>; friends: Behavior<FriendsSettings> };

export function createBrowserVisit(scope: Scope, code: string, { link, settings, friends }: VisitPlayer): VisitModel {
  const padCount = createSource(0);
  const sound = createSource<"on" | "blocked">("on");
  const tracks = new Map<string, MediaStreamTrack>();
  let screen: Screen | undefined;
  let quiet = false;
  const place = () => {
    const now = session.visit.value;
    return now.is === "over" ? undefined : now.place;
  };
  const isController = () => place()?.role === "controller";
  const sessionId = () => place()?.sessionId;

  const hands = createGuestHands(scope, window, {
    timers: browserTimers, haptics: () => settings.value.haptics, onPadCount: padCount.set,
  });
  const { sendSignal, handle } = followSignals(scope, link, sessionId);
  const iceServers = () => company.state.value.iceServers;
  const padLink = createPadLink(scope, {
    timers: browserTimers, openPeer, iceServers, makeId, sendSignal, onRumble: hands.rumble,
    onWay: (channels) => isController() && hands.connect(channels),
  });
  const session = createGuestSession(scope, code, {
    link,
    timers: browserTimers,
    makeId,
    describeDevice,
    openPath: openBrowserPath,
    onTrack(track) {
      tracks.set(track.kind, track);
      screen?.show(track);
    },
    onControl(text) {
      if (isController()) return padLink.handleControl(text);
      const message = parseMessage(NodeToPlayer, text);
      if (message.ok && message.value.type === "rumble") hands.rumble(message.value);
    },
    onChannels(channels) {
      const role = place()?.role;
      if (!channels) tracks.clear();
      if (role === "controller") padLink.follow(channels);
      else hands.connect(role !== undefined && hasPad(role) ? channels?.input : undefined);
    },
  });
  const company = createCompany(scope, { link, timers: browserTimers, makeId, sessionId, owner: false });
  const voice = createVoice(scope, {
    company: company.state, timers: browserTimers, openPeer, iceServers, makeId, sendSignal, openMicrophone, playVoice,
    tellVoice(on) {
      const mine = sessionId();
      if (mine !== undefined) link.send({ type: "friend.voice", sessionId: mine, on });
    },
    onSpeaking(anybody) {
      quiet = anybody && friends.value.quietTitle;
      screen?.setQuiet(quiet);
    },
  });
  handle({ pad: padLink.handleSignal, voice: voice.handleSignal });
  // The first word of the company says how to find the playing browser.
  scope.own(company.state.subscribe(() => isController() && padLink.callBrowser()), (stop) => stop());
  const visitScope = scope.child();
  createWakeLock(visitScope, document);
  // The page may show for long that a visit has ended: neither screen nor microphone stays on for that.
  const follow = () => {
    if (session.visit.value.is !== "over") return;
    voice.leave();
    void visitScope.close("the visit is over");
  };
  scope.own(session.visit.subscribe(follow), (stop) => stop());

  return {
    visit: session.visit,
    leave() {
      voice.leave();
      session.leave();
    },
    company,
    voice,
    hands,
    padWay: padLink.state,
    padCount: padCount.behavior,
    orientation: followOrientation(scope, window),
    sound: sound.behavior,
    mountScreen(elements) {
      const screenScope = scope.child();
      const mine = createScreen(screenScope, elements, { onFrame() {}, onSoundBlocked: () => sound.set("blocked") });
      screen = mine;
      mine.setQuiet(quiet);
      for (const track of tracks.values()) mine.show(track);
      return () => {
        if (screen === mine) screen = undefined;
        void screenScope.close("the screen is gone");
      };
    },
    playSound: () => void screen?.playSound().then((plays) => plays && sound.set("on")),
  };
}
