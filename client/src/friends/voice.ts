// Friends of one session speak with each other: a line of its own from each to each, up to four, sound
// only. Asks for the microphone when somebody wants to speak, and gives it back when they stop.

import type { IceServer } from "@nearframe/shared/friends/messages";
import { VOICES_MAX } from "@nearframe/shared/friends/roles";
import type { Scope } from "@nearframe/shared/lifetime";
import { createSource, type Behavior } from "../behavior.ts";
import type { Timers } from "../timers.ts";
import type { Company } from "./company.ts";
import type { PeerSignal } from "./pad-messages.ts";
import type { OpenPeer, PeerLink } from "./peer.ts";

export type VoiceState = {
  is: "off" | "asking" | "on" | "refused" | "full";
  /** The microphone is heard by the others: while the button is held, or always. */
  sending: boolean;
  /** No button: whatever the microphone hears is sent. */
  alwaysOn: boolean;
  /** Whose voice is not played here. */
  muted: ReadonlySet<string>;
  /** Who is heard right now. */
  speaking: ReadonlySet<string>;
  /** With whom a line is up. */
  linked: ReadonlySet<string>;
};

export const SILENT: VoiceState = {
  is: "off", sending: false, alwaysOn: false, muted: new Set(), speaking: new Set(), linked: new Set(),
};

/** What is played of one friend. */
export interface VoiceOutput {
  /** 0..1, now. */
  level(): number;
  setMuted(muted: boolean): void;
}

export type VoicePorts = {
  company: Behavior<Company>;
  timers: Timers;
  openPeer: OpenPeer;
  iceServers(): readonly IceServer[];
  makeId(): string;
  sendSignal(to: string, signal: PeerSignal): void;
  tellVoice(on: boolean): void;
  /** Asks the person. Rejects where they say no, or there is none. */
  openMicrophone(): Promise<MediaStream>;
  playVoice(scope: Scope, stream: MediaStream): VoiceOutput;
  /** Somebody is heard, or nobody any more: the title may be quieter meanwhile. */
  onSpeaking(anybody: boolean): void;
};

export interface Voice {
  readonly state: Behavior<VoiceState>;
  join(): void;
  leave(): void;
  /** The button is held, or let go of. */
  hold(held: boolean): void;
  setAlwaysOn(on: boolean): void;
  setMuted(member: string, muted: boolean): void;
  handleSignal(from: string, signal: PeerSignal): void;
}

const LOOK_EVERY_MS = 150;
/** Above a quiet room, below a quiet voice. */
export const SPEAKING_LEVEL = 0.015;
/** Words have gaps. */
export const SPEAKING_HOLD_MS = 450;
const CALL_AGAIN_MS = 3_000;

type Friend = { scope: Scope; call: string; peer: PeerLink; output: VoiceOutput | undefined; heardAtMs: number };

export function createVoice(scope: Scope, ports: VoicePorts): Voice {
  const { timers, company } = ports;
  const state = createSource<VoiceState>(SILENT);
  const friends = new Map<string, Friend>();
  let microphone: MediaStream | undefined;
  let held = false;
  let stopLooking = () => {};
  let stopCalling = () => {};

  const change = (changes: Partial<VoiceState>) => state.set({ ...state.behavior.value, ...changes });

  function applyMicrophone(): void {
    const { is, alwaysOn } = state.behavior.value;
    const sending = is === "on" && (alwaysOn || held);
    for (const track of microphone?.getAudioTracks() ?? []) track.enabled = sending;
    if (sending !== state.behavior.value.sending) change({ sending });
  }

  async function join(): Promise<void> {
    const { is } = state.behavior.value;
    if (is === "on" || is === "asking") return;
    if (company.value.members.filter(({ voice }) => voice).length >= VOICES_MAX) return change({ is: "full" });
    change({ is: "asking" });
    try {
      const stream = await ports.openMicrophone();
      if (scope.closed || state.behavior.value.is !== "asking") return stopStream(stream);
      microphone = stream;
    } catch (error) {
      console.info("nearframe: no microphone:", error);
      if (!scope.closed) change({ is: "refused" });
      return;
    }
    change({ is: "on" });
    applyMicrophone();
    // Calls wait for the company that knows of this voice; others take none from whom they don't know to speak.
    ports.tellVoice(true);
    look();
  }

  function leave(): void {
    const was = state.behavior.value.is;
    stopLooking();
    stopCalling();
    for (const id of [...friends.keys()]) hangUp(id);
    stopStream(microphone);
    microphone = undefined;
    held = false;
    const { alwaysOn, muted } = state.behavior.value;
    state.set({ ...SILENT, alwaysOn, muted });
    if (was === "on") ports.tellVoice(false);
    ports.onSpeaking(false);
  }

  /** Of two the one whose name comes first calls. */
  function follow(): void {
    if (state.behavior.value.is !== "on" || scope.closed) return;
    const { you, members } = company.value;
    const me = members.find(({ id }) => id === you);
    if (me && !me.voice) {
      // A server that took the session over knows of no voices, and a guest who came again is another; or others were quicker.
      if (members.filter(({ voice }) => voice).length < VOICES_MAX) return ports.tellVoice(true);
      leave();
      return change({ is: "full" });
    }
    const wanted = new Set(members.filter(({ id, voice }) => voice && id !== you).map(({ id }) => id));
    for (const id of [...friends.keys()]) if (!wanted.has(id)) hangUp(id);
    for (const id of wanted) if (!friends.has(id) && you < id) dial(id, ports.makeId().slice(0, 40), true);
  }

  function dial(id: string, call: string, initiator: boolean): Friend {
    hangUp(id);
    const friendScope = scope.child();
    const counts = () => friends.get(id) === friend;
    const peer = ports.openPeer(friendScope, { initiator, iceServers: ports.iceServers(), stream: microphone }, {
      onSignal: (signal) => ports.sendSignal(id, { topic: "voice", call, signal }),
      onOpen: () => counts() && tellLinks(),
      onData() {},
      onStream(stream) {
        if (!counts()) return;
        friend.output = ports.playVoice(friendScope, stream);
        friend.output.setMuted(state.behavior.value.muted.has(id));
      },
      onClosed() {
        if (!counts()) return;
        hangUp(id);
        stopCalling();
        stopCalling = timers.after(CALL_AGAIN_MS, follow);
      },
    });
    const friend: Friend = { scope: friendScope, call, peer, output: undefined, heardAtMs: -Infinity };
    friends.set(id, friend);
    return friend;
  }

  function hangUp(id: string): void {
    const friend = friends.get(id);
    if (!friend) return;
    friends.delete(id);
    void friend.scope.close("hung up");
    tellLinks();
  }

  function tellLinks(): void {
    change({ linked: new Set([...friends].filter(([, { peer }]) => peer.open).map(([id]) => id)) });
  }

  function look(): void {
    const nowMs = timers.monotonicMs();
    const { muted, speaking: before } = state.behavior.value;
    const speaking = new Set<string>();
    for (const [id, friend] of friends) {
      if ((friend.output?.level() ?? 0) >= SPEAKING_LEVEL) friend.heardAtMs = nowMs;
      if (nowMs - friend.heardAtMs <= SPEAKING_HOLD_MS && !muted.has(id)) speaking.add(id);
    }
    if (speaking.size !== before.size || [...speaking].some((id) => !before.has(id))) {
      change({ speaking });
      ports.onSpeaking(speaking.size > 0);
    }
    stopLooking = timers.after(LOOK_EVERY_MS, look);
  }

  scope.own(company.subscribe(follow), (stop) => stop());
  scope.own(undefined, leave);

  return {
    state: state.behavior,
    join: () => void join(),
    leave,
    hold(now) {
      held = now;
      applyMicrophone();
    },
    setAlwaysOn(alwaysOn) {
      change({ alwaysOn });
      applyMicrophone();
    },
    setMuted(member, mute) {
      const muted = new Set(state.behavior.value.muted);
      if (mute) muted.add(member);
      else muted.delete(member);
      change({ muted });
      friends.get(member)?.output?.setMuted(mute);
    },
    handleSignal(from, { call, signal }) {
      const { you, members } = company.value;
      if (state.behavior.value.is !== "on" || !members.some(({ id, voice }) => id === from && voice)) return;
      const known = friends.get(from);
      // Who is called takes whatever call comes; who calls knows the call's name.
      const friend = known?.call === call ? known : you < from ? undefined : dial(from, call, false);
      friend?.peer.signal(signal);
    },
  };
}

function stopStream(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
