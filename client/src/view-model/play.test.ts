// @vitest-environment happy-dom
// The whole of a play page but React: hands and session together.

import { Scope } from "@nearframe/shared/lifetime";
import { readInput, type InputState } from "@nearframe/shared/input/messages";
import type { ClientToServer } from "@nearframe/shared/protocol/client-to-server";
import type { ServerToClient } from "@nearframe/shared/protocol/server-to-client";
import { afterEach, expect, test } from "vitest";
import { createSource } from "../behavior.ts";
import type { ControlLink, LinkStatus } from "../stream/control-link.ts";
import type { Path, Receiver } from "../stream/receiver.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { device, offer, sessionTitle } from "../testing/samples.ts";
import { createPlay, type PlayPorts } from "./play.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";

let scope = new Scope();
afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

/** Lets promises that are already settled run on. */
const settle = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

async function rig() {
  const timers = createFakeTimers();
  const sent: ClientToServer[] = [];
  const listeners = new Set<(message: ServerToClient) => void>();
  const link: ControlLink = {
    status: createSource<LinkStatus>({ is: "open", playerId: "p-1", held: [] }).behavior,
    send: (message) => sent.push(message) > 0,
    onMessage: (listener) => (listeners.add(listener), () => void listeners.delete(listener)),
    retryNow() {},
    checkNow() {},
  };
  const hear = (message: ServerToClient) => {
    for (const listener of [...listeners]) listener(message);
  };
  const states: InputState[] = [];
  const channel = { bufferedBytes: 0, opened: Promise.resolve(), send: () => true };
  const inputState = {
    ...channel,
    send(bytes: Uint8Array<ArrayBuffer> | string) {
      const message = readInput(bytes as Uint8Array);
      if (message.kind === "state") states.push(message);
      return true;
    },
  };
  const receiver: Receiver = {
    channels: { inputState, inputEdges: channel, control: channel, receipts: channel },
    learnRoundTrip() {},
    stats: async () => new Map() as unknown as RTCStatsReport,
    sendVoice: () => Promise.reject(new Error("no voice here")),
    sendCamera: () => Promise.reject(new Error("no camera here")),
    restartIce: async () => {},
  };
  let connect = () => {};
  const noSense = () => Promise.reject(new Error("no such sense here"));
  const ports: PlayPorts = {
    link, timers, page: document, window, storage: undefined, origin: { navigation: "navigate", discarded: false },
    settings: createSource(DEFAULT_SETTINGS).behavior,
    orientation: createSource<"landscape" | "portrait">("landscape").behavior,
    touchFirst: false, fullscreenOffered: false,
    makeId: () => `id-${sent.length}`,
    random32: () => 7,
    pageVisible: () => true,
    describeDevice: async () => ({ ok: true, device }),
    describePage: () => ({ language: "en", browser: "a test", width: 1, height: 1 }),
    api: { postProblem: () => Promise.reject(new Error("no server here")) },
    followNetwork() {},
    writeClipboard() {},
    senseSources: { motion: noSense, location: noSense, microphone: noSense, camera: noSense },
    async openPath(_scope, _offer, _call, events): Promise<Path> {
      connect = events.onConnected;
      return { ready: Promise.resolve(), open: async () => receiver, openFor: () => Promise.reject(new Error("nobody's guest")) };
    },
  };
  const play = createPlay(scope, "some-title", 0, ports);
  const make = <T extends keyof HTMLElementTagNameMap>(name: T) => document.body.appendChild(document.createElement(name));
  const video = make("video");
  const unmount = play.mount({ root: make("main"), surface: make("div"), video, audio: make("audio"), safeBox: () => document.body.getBoundingClientRect(), onLook() {} });
  scope.own(undefined, unmount);

  /** From the server's word that there is a session to its first frame. */
  async function start(): Promise<void> {
    await settle();
    const asked = sent.at(-1);
    if (!asked || !("requestId" in asked)) throw new Error("nothing was asked of the server");
    hear({ type: "session.created", requestId: asked.requestId, sessionId: "s-1", title: sessionTitle() });
    hear({ type: "session.offer", sessionId: "s-1", epoch: 1, offer });
    await settle();
    connect();
    await settle();
    video.dispatchEvent(new Event("playing"));
    await settle();
    if (play.session.value.phase !== "playing") throw new Error(`the session is ${play.session.value.phase}`);
  }
  const press = async (type: "keydown" | "keyup", code: string) => {
    window.dispatchEvent(new KeyboardEvent(type, { code, cancelable: true }));
    await settle();
  };
  return { play, start, hear, press, states, timers };
}

// The key was let go of while the session was played elsewhere, which no title heard: taken back, it ran on.
test("what is held when the session is taken over is let go of", async () => {
  const { play, start, hear, press, states, timers } = await rig();
  await start();
  await press("keydown", "KeyW");
  expect(states.at(-1)?.keys).toHaveLength(1);
  hear({ type: "session.ended", sessionId: "s-1", reason: "taken-over" });
  await press("keyup", "KeyW");
  states.length = 0;
  play.takeOver();
  await start();
  timers.pass(1_000);
  expect(states.flatMap(({ keys }) => keys)).toEqual([]);
});
