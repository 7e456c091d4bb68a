// Friends with their real halves of the voices; lines, microphone and loudspeaker are the test's.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Member } from "@nearframe/shared/friends/roles";
import { Scope } from "@nearframe/shared/lifetime";
import { createSource } from "../behavior.ts";
import { createFakePeers } from "../testing/fake-peers.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { NOBODY, type Company } from "./company.ts";
import { createVoice, SPEAKING_HOLD_MS, type Voice } from "./voice.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

const settled = async () => {
  for (let i = 0; i < 30; i++) await Promise.resolve();
};

type Track = { enabled: boolean; stopped: boolean };
type Friend = { voice: Voice; track: Track; levels: number[]; mutes: boolean[]; quiet: boolean[] };

function rig(names: readonly string[], { microphone = true } = {}) {
  const timers = createFakeTimers();
  const peers = createFakePeers();
  let speaking: ReadonlySet<string> = new Set();
  const members = (): Member[] =>
    names.map((id, number) => ({ id, number, role: number === 0 ? "owner" : "watch", connected: true, voice: speaking.has(id) }));
  const companies = new Map(names.map((id) => [id, createSource<Company>({ ...NOBODY, you: id, members: members() })]));
  const friends = new Map<string, Friend>();
  let ids = 0;
  for (const id of names) {
    const track: Track = { enabled: true, stopped: false };
    const stream = {
      getTracks: () => [{ stop: () => void (track.stopped = true) }],
      getAudioTracks: () => [track],
    } as unknown as MediaStream;
    const mine: Omit<Friend, "voice"> = { track, levels: [], mutes: [], quiet: [] };
    const company = companies.get(id) ?? createSource(NOBODY);
    const voice = createVoice(scope, {
      company: company.behavior, timers, openPeer: peers.openPeer, iceServers: () => [], makeId: () => `call-${++ids}`,
      sendSignal: (to, signal) => queueMicrotask(() => friends.get(to)?.voice.handleSignal(id, signal)),
      tellVoice(on) {
        const next = new Set(speaking);
        if (on) next.add(id);
        else next.delete(id);
        speaking = next;
        for (const [name, each] of companies) each.set({ ...NOBODY, you: name, members: members() });
      },
      openMicrophone: () => (microphone ? Promise.resolve(stream) : Promise.reject(new Error("no"))),
      playVoice: () => ({ level: () => mine.levels[0] ?? 0, setMuted: (muted) => void mine.mutes.push(muted) }),
      onSpeaking: (anybody) => void mine.quiet.push(anybody),
    });
    friends.set(id, { ...mine, voice });
  }
  const of = (id: string): Friend => {
    const friend = friends.get(id);
    if (!friend) throw new Error(`nobody is called ${id}`);
    return friend;
  };
  /** Another server has the session, which knows of no voice. */
  const forget = () => {
    speaking = new Set();
    for (const [name, each] of companies) each.set({ ...NOBODY, you: name, members: members() });
  };
  return { of, timers, peers, forget };
}

describe("voices", () => {
  test("ask for the microphone when somebody joins, and send nothing until the button is held", async () => {
    const { of } = rig(["a", "b"]);
    const { voice, track } = of("a");
    expect(voice.state.value.is).toBe("off");
    voice.join();
    expect(voice.state.value.is).toBe("asking");
    await settled();
    expect([voice.state.value.is, track.enabled]).toEqual(["on", false]);
    voice.hold(true);
    expect([voice.state.value.sending, track.enabled]).toEqual([true, true]);
    voice.hold(false);
    expect(track.enabled).toBe(false);
    voice.setAlwaysOn(true);
    expect(track.enabled).toBe(true);
  });

  test("connect each with each, by one line for two", async () => {
    const { of, peers } = rig(["a", "b", "c", "d"]);
    for (const name of ["a", "b", "c", "d"]) {
      of(name).voice.join();
      await settled();
    }
    expect(peers.openCount).toBe(12);
    for (const name of ["a", "b", "c", "d"]) expect(of(name).voice.state.value.linked.size).toBe(3);
  });

  test("are four at most", async () => {
    const { of, peers } = rig(["a", "b", "c", "d", "e"]);
    for (const name of ["a", "b", "c", "d", "e"]) {
      of(name).voice.join();
      await settled();
    }
    expect(of("e").voice.state.value.is).toBe("full");
    expect(peers.openCount).toBe(12);
  });

  test("say who is heard, with patience for the gaps between words, and make the title quiet", async () => {
    const { of, timers } = rig(["a", "b"]);
    for (const name of ["a", "b"]) of(name).voice.join();
    await settled();
    const { voice, levels, quiet } = of("a");
    levels[0] = 0.2;
    timers.pass(200);
    expect([...voice.state.value.speaking]).toEqual(["b"]);
    levels[0] = 0;
    timers.pass(200);
    expect(voice.state.value.speaking.size).toBe(1);
    timers.pass(SPEAKING_HOLD_MS + 200);
    expect(voice.state.value.speaking.size).toBe(0);
    expect(quiet).toEqual([true, false]);
  });

  test("that are muted are neither heard nor shown", async () => {
    const { of, timers } = rig(["a", "b"]);
    for (const name of ["a", "b"]) of(name).voice.join();
    await settled();
    const { voice, levels, mutes } = of("a");
    voice.setMuted("b", true);
    levels[0] = 0.2;
    timers.pass(200);
    expect([mutes.at(-1), voice.state.value.speaking.size]).toEqual([true, 0]);
  });

  test("give the microphone back when somebody leaves, and hang up", async () => {
    const { of, peers } = rig(["a", "b", "c"]);
    for (const name of ["a", "b", "c"]) of(name).voice.join();
    await settled();
    of("b").voice.leave();
    await settled();
    expect(of("b").track.stopped).toBe(true);
    expect(peers.openCount).toBe(2);
    expect([...of("a").voice.state.value.linked]).toEqual(["c"]);
  });

  test("are told again to a server that knows of none, and meet again", async () => {
    const { of, peers, forget } = rig(["a", "b", "c"]);
    for (const name of ["a", "b"]) of(name).voice.join();
    await settled();
    forget();
    await settled();
    expect([peers.openCount, of("a").voice.state.value.is, of("c").voice.state.value.is]).toEqual([2, "on", "off"]);
    expect([...of("a").voice.state.value.linked]).toEqual(["b"]);
  });

  test("say so when the browser was told no", async () => {
    const { of } = rig(["a", "b"], { microphone: false });
    of("a").voice.join();
    await settled();
    expect(of("a").voice.state.value.is).toBe("refused");
  });

  test("call again when a line breaks", async () => {
    const { of, peers, timers } = rig(["a", "b"]);
    for (const name of ["a", "b"]) of(name).voice.join();
    await settled();
    peers.cutAll();
    expect(peers.openCount).toBe(0);
    timers.pass(3_500);
    await settled();
    expect(peers.openCount).toBe(2);
  });
});
