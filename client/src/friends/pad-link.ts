// A phone's two ways to the title, both open and both measured once a second; the pad takes the
// quicker one. Knows no page.

import { OWNER } from "@nearframe/shared/friends/roles";
import type { IceServer } from "@nearframe/shared/friends/messages";
import { writeInput } from "@nearframe/shared/input/messages";
import type { Scope } from "@nearframe/shared/lifetime";
import { parseMessage } from "@nearframe/shared/protocol/parse";
import { NodeToPlayer } from "@nearframe/shared/protocol/session-control";
import { createSource, type Behavior } from "../behavior.ts";
import type { InputChannels } from "../input/input-sender.ts";
import type { RumbleOrder } from "../input/rumble.ts";
import type { GuestChannels, OpeningChannel } from "../stream/receiver.ts";
import type { Timers } from "../timers.ts";
import { addTime, choosePadWay, forgetTimes, medianMs, NO_TIMES, type PadWay, type WayTimes } from "./choose-pad-way.ts";
import { PadMessage, type PeerSignal } from "./pad-messages.ts";
import type { OpenPeer, PeerLink } from "./peer.ts";

export type PadLinkState = { way: PadWay | undefined; browserMs: number | undefined; nodeMs: number | undefined };

export type PadLinkPorts = {
  timers: Timers;
  openPeer: OpenPeer;
  iceServers(): readonly IceServer[];
  makeId(): string;
  sendSignal(to: string, signal: PeerSignal): void;
  /** Where the pad's bytes go from now on. */
  onWay(channels: InputChannels | undefined): void;
  onRumble(order: RumbleOrder): void;
};

export interface PadLink {
  readonly state: Behavior<PadLinkState>;
  /** The way to the node, as the visit has it. */
  follow(channels: GuestChannels | undefined): void;
  handleControl(text: string): void;
  handleSignal(from: string, signal: PeerSignal): void;
  /** Who plays is there: the phone may call. */
  callBrowser(): void;
}

const PING_EVERY_MS = 1_000;
/** What has not come back by then is no answer. */
const PONG_MS_MAX = 3_000;
/** The playing page may just have been loaded anew. */
const CALL_AGAIN_MS = 6_000;
/** A state that was under way on the old path may come after its release, so that is said once more. */
const RELEASE_AGAIN_MS = 200;
/** How often a lost line to the browser is called again before the node alone serves. */
const CALLS_MAX = 5;

export function createPadLink(scope: Scope, ports: PadLinkPorts): PadLink {
  const { timers } = ports;
  const state = createSource<PadLinkState>({ way: undefined, browserMs: undefined, nodeMs: undefined });
  let times: WayTimes = NO_TIMES;
  let node: GuestChannels | undefined;
  let browser: { scope: Scope; call: string; peer: PeerLink } | undefined;
  let calls = 0;
  let lastPing = 0;
  const asked = new Map<number, { way: PadWay; sentAtMs: number }>();
  const stops = new Set<() => void>();

  function after(delayMs: number, run: () => void): void {
    const stop = timers.after(delayMs, () => {
      stops.delete(stop);
      run();
    });
    stops.add(stop);
  }

  const open = () => ({ browser: browser?.peer.open === true, node: node?.input !== undefined });

  function channelsOf(way: PadWay | undefined): InputChannels | undefined {
    if (way === "node") return node?.input;
    if (way === undefined || !browser) return undefined;
    const { peer } = browser;
    const channel: OpeningChannel = {
      // Only a way that is open is chosen.
      opened: Promise.resolve(),
      get bufferedBytes() {
        return peer.bufferedBytes;
      },
      send: (data) => peer.send(data),
    };
    return { inputState: channel, inputEdges: channel };
  }

  function settle(): void {
    const before = state.behavior.value.way;
    const way = choosePadWay(times, open(), before);
    state.set({ way, browserMs: medianMs(times, "browser"), nodeMs: medianMs(times, "node") });
    if (way === before) return;
    const left = channelsOf(before);
    if (left) {
      const letGo = () => void left.inputEdges.send(writeInput({ kind: "edges", seq: 0, edges: [{ kind: "release-all" }] }));
      letGo();
      after(RELEASE_AGAIN_MS, () => state.behavior.value.way === before || letGo());
    }
    ports.onWay(channelsOf(way));
  }

  function ping(): void {
    const sentAtMs = timers.monotonicMs();
    for (const [id, question] of asked) if (sentAtMs - question.sentAtMs > PONG_MS_MAX) asked.delete(id);
    const ask = (way: PadWay, send: (id: number) => boolean | undefined) => {
      const id = (lastPing += 1);
      asked.set(id, { way, sentAtMs });
      if (send(id) !== true) asked.delete(id);
    };
    ask("node", (id) => node?.control.send(JSON.stringify({ type: "ping", id, sentAtMs })));
    ask("browser", (id) => browser?.peer.send(JSON.stringify({ type: "ping", id } satisfies PadMessage)));
    settle();
    after(PING_EVERY_MS, ping);
  }

  function answered(id: number, way: PadWay, onwardMs: number): void {
    const question = asked.get(id);
    if (question?.way !== way) return;
    asked.delete(id);
    times = addTime(times, way, timers.monotonicMs() - question.sentAtMs + onwardMs);
    settle();
  }

  function closeBrowser(): void {
    const before = browser;
    browser = undefined;
    times = forgetTimes(times, "browser");
    void before?.scope.close("the line to the browser is gone");
    settle();
  }

  function call(): void {
    if (scope.closed || browser || calls >= CALLS_MAX) return;
    calls += 1;
    const mine = { scope: scope.child(), call: ports.makeId().slice(0, 40) };
    const counts = () => browser?.scope === mine.scope;
    const peer = ports.openPeer(mine.scope, { initiator: true, iceServers: ports.iceServers() }, {
      onSignal: (signal) => ports.sendSignal(OWNER, { topic: "pad", call: mine.call, signal }),
      onOpen() {
        calls = 0;
        settle();
      },
      onData(data) {
        if (typeof data !== "string" || !counts()) return;
        const message = parseMessage(PadMessage, data);
        // Without its own way to the node the browser can't put anything into the title.
        if (message.ok && message.value.type === "pong" && message.value.onwardMs !== undefined) answered(message.value.id, "browser", message.value.onwardMs);
      },
      onStream() {},
      onClosed() {
        if (!counts()) return;
        closeBrowser();
        after(CALL_AGAIN_MS, call);
      },
    });
    browser = { ...mine, peer };
    after(CALL_AGAIN_MS, () => {
      if (!counts() || peer.open) return;
      closeBrowser();
      call();
    });
  }

  scope.own(stops, () => {
    for (const stop of stops) stop();
  });
  after(0, ping);

  return {
    state: state.behavior,
    callBrowser: call,
    follow(channels) {
      node = channels;
      times = forgetTimes(times, "node");
      if (state.behavior.value.way === "node") ports.onWay(channels?.input);
      settle();
    },
    handleControl(text) {
      const message = parseMessage(NodeToPlayer, text);
      if (!message.ok) return;
      if (message.value.type === "pong") answered(message.value.id, "node", 0);
      if (message.value.type === "rumble") ports.onRumble(message.value);
    },
    handleSignal(from, { call: ofCall, signal }) {
      if (from === OWNER && browser?.call === ofCall) browser.peer.signal(signal);
    },
  };
}
