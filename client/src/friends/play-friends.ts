// Friends of the session that is played on this page: who is there, links, phones that are pads, and
// voices. Joins the parts to the play and to real browsers.

import type { Scope } from "@nearframe/shared/lifetime";
import type { Behavior } from "../behavior.ts";
import type { ControlLink } from "../stream/control-link.ts";
import { sessionIdOf } from "../stream/session-state.ts";
import { browserTimers } from "../timers.ts";
import type { Play } from "../view-model/play.ts";
import { createCompany, type CompanyModel } from "./company.ts";
import { followSignals } from "./follow-signals.ts";
import { makeId } from "./make-id.ts";
import { createPadHost } from "./pad-host.ts";
import { openPeer } from "./peer.ts";
import { createVoice, type Voice } from "./voice.ts";
import { openMicrophone, playVoice } from "./voice-sound.ts";
import type { FriendsSettings } from "./friends-settings.ts";

export interface PlayFriends {
  readonly company: CompanyModel;
  readonly voice: Voice;
}

export function createPlayFriends(scope: Scope, play: Play, link: ControlLink, settings: Behavior<FriendsSettings>): PlayFriends {
  const sessionId = () => sessionIdOf(play.session.value);
  const company = createCompany(scope, { link, timers: browserTimers, makeId, sessionId, owner: true });
  const iceServers = () => company.state.value.iceServers;
  const { sendSignal, handle } = followSignals(scope, link, sessionId);
  const pads = createPadHost(scope, {
    company: company.state,
    timers: browserTimers,
    openPeer,
    iceServers,
    sendSignal,
    nodeRoundTripMs: () => play.figures.value.stats?.roundTripMs,
    onPad: play.setPhonePad,
  });
  const voice = createVoice(scope, {
    company: company.state,
    timers: browserTimers,
    openPeer,
    iceServers,
    makeId,
    sendSignal,
    tellVoice: (on) => {
      const mine = sessionId();
      if (mine !== undefined) link.send({ type: "friend.voice", sessionId: mine, on });
    },
    openMicrophone,
    playVoice,
    onSpeaking: (anybody) => play.setQuiet(anybody && settings.value.quietTitle),
  });
  handle({ pad: pads.handleSignal, voice: voice.handleSignal });
  // The page may show for long that a session has ended: the microphone does not stay on for that.
  const follow = () => {
    const { phase } = play.session.value;
    if (phase === "over" || phase === "elsewhere") voice.leave();
  };
  scope.own(play.session.subscribe(follow), (stop) => stop());
  return { company, voice };
}
