// A phone and the playing browser, each with its real half of the pad, and a node that answers as late
// as the test says.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OWNER, type Member } from "@nearframe/shared/friends/roles";
import { writeInput, type PadState } from "@nearframe/shared/input/messages";
import { Scope } from "@nearframe/shared/lifetime";
import { createSource } from "../behavior.ts";
import type { InputChannels } from "../input/input-sender.ts";
import { createFakePeers } from "../testing/fake-peers.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { NOBODY, type Company } from "./company.ts";
import { createPadHost, QUIET_MS_MAX } from "./pad-host.ts";
import { createPadLink, type PadLink } from "./pad-link.ts";
import type { PeerSignal } from "./pad-messages.ts";

const member = (change: Partial<Member> = {}): Member => ({ id: "g1", role: "controller", number: 1, pad: 0, connected: true, voice: false, ...change });
const pad = (buttons: number): PadState => ({ index: 0, buttons, triggers: [0, 0], axes: [0, 0, 0, 0] });
const state = (seq: number, buttons: number) =>
  writeInput({
    kind: "state", seq, edgeSeq: 0, pointer: undefined, dxTotal: 0, dyTotal: 0, wheelXTotal: 0, wheelYTotal: 0,
    buttons: 0, keys: [], pads: [pad(buttons)], touches: [],
  });

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

const settled = async () => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

function rig({ onwardMs = 4, knowsNode = true, nodeMs = 10, guests = [member()] } = {}) {
  const timers = createFakeTimers();
  const peers = createFakePeers();
  const company = createSource<Company>({ ...NOBODY, members: [member({ id: OWNER, role: "owner", number: 0 }), ...guests] });
  const pads: (PadState | undefined)[] = [];
  const ways: (InputChannels | undefined)[] = [];
  const sentToNode: unknown[] = [];
  const rumbles: unknown[] = [];
  let ids = 0;
  let link: PadLink | undefined;
  const host = createPadHost(scope, {
    company: company.behavior, timers, openPeer: peers.openPeer, iceServers: () => [], nodeRoundTripMs: () => (knowsNode ? onwardMs : undefined),
    sendSignal: (to, signal) => queueMicrotask(() => to === "g1" && link?.handleSignal(OWNER, signal)),
    onPad: (_, held) => void pads.push(held),
  });
  const phone = (link = createPadLink(scope, {
    timers, openPeer: peers.openPeer, iceServers: () => [], makeId: () => `call-${++ids}`,
    sendSignal: (_, signal: PeerSignal) => queueMicrotask(() => host.handleSignal("g1", signal)),
    onWay: (channels) => void ways.push(channels), onRumble: (order) => void rumbles.push(order),
  }));
  /** A node that answers pings after `nodeMs`. */
  const node = {
    control: {
      bufferedBytes: 0,
      send: (text: Uint8Array<ArrayBuffer> | string) => {
        const { id, sentAtMs } = JSON.parse(String(text)) as { id: number; sentAtMs: number };
        timers.after(nodeMs, () => phone.handleControl(JSON.stringify({ type: "pong", id, sentAtMs, nodeAtMs: 1 })));
        return true;
      },
    },
    input: {
      inputState: { bufferedBytes: 0, send: (bytes: unknown) => sentToNode.push(bytes) > 0 },
      inputEdges: { opened: Promise.resolve(), bufferedBytes: 0, send: (bytes: unknown) => sentToNode.push(bytes) > 0 },
    },
  };
  const pass = async (ms: number) => {
    for (let done = 0; done < ms; done += 50) {
      timers.pass(50);
      await settled();
    }
  };
  return { timers, peers, company, pads, ways, sentToNode, rumbles, host, phone, node, pass };
}

describe("a phone that is a pad", () => {
  test("goes by the browser where that is quicker, and its presses come out at its seat", async () => {
    const { phone, node, ways, pads, pass } = rig({ onwardMs: 4, nodeMs: 30 });
    phone.follow(node);
    phone.callBrowser();
    await pass(5_000);
    expect(phone.state.value).toEqual({ way: "browser", browserMs: 4, nodeMs: 30 });
    ways.at(-1)?.inputState.send(state(1, 1));
    ways.at(-1)?.inputState.send(state(2, 1));
    ways.at(-1)?.inputEdges.send(writeInput({ kind: "edges", seq: 3, edges: [{ kind: "release-all" }] }));
    expect(pads.filter((held) => held !== undefined)).toEqual([pad(1)]);
    expect(pads.at(-1)).toBeUndefined();
  });

  test("goes straight to the node where that is quicker, and lets go of the other way twice", async () => {
    const { phone, node, ways, pass, peers } = rig({ onwardMs: 200, nodeMs: 30 });
    phone.callBrowser();
    await pass(2_000);
    expect(phone.state.value.way).toBe("browser");
    phone.follow(node);
    await pass(5_000);
    expect(phone.state.value).toMatchObject({ way: "node" });
    expect(ways.at(-1)).toBe(node.input);
    expect(peers.openCount).toBe(2);
  });

  test("has the node alone while the browser is away, and calls it again", async () => {
    const { phone, node, peers, pass } = rig({ onwardMs: 1, nodeMs: 40 });
    phone.follow(node);
    phone.callBrowser();
    await pass(4_000);
    expect(phone.state.value.way).toBe("browser");
    peers.cutAll();
    await settled();
    expect(phone.state.value).toMatchObject({ way: "node", browserMs: undefined });
    await pass(12_000);
    expect(phone.state.value.way).toBe("browser");
  });

  test("does not take a browser whose own way to the node is not known", async () => {
    const { phone, node, pass } = rig({ knowsNode: false, nodeMs: 40 });
    phone.follow(node);
    phone.callBrowser();
    await pass(4_000);
    expect(phone.state.value).toMatchObject({ way: "node", browserMs: undefined });
  });

  test("shakes when the node says so", async () => {
    const { phone, rumbles } = rig();
    phone.handleControl(JSON.stringify({ type: "rumble", pad: 0, strong: 1, weak: 0, durationMs: 90 }));
    expect(rumbles).toMatchObject([{ pad: 0, strong: 1, durationMs: 90 }]);
  });
});

describe("the playing browser", () => {
  // A phone whose battery ran out held its stick until its line was known to be dead.
  test("lets go for a phone that is not heard any more, and takes it up again", async () => {
    const { phone, ways, pads, pass } = rig();
    phone.callBrowser();
    await pass(2_000);
    const say = (seq: number) => ways.at(-1)?.inputState.send(state(seq, 1));
    for (let seq = 1; seq < 4; seq++) {
      say(seq);
      await pass(1_000);
    }
    expect(pads).toEqual([pad(1)]);
    await pass(QUIET_MS_MAX);
    expect(pads).toEqual([pad(1), undefined]);
    say(4);
    expect(pads).toEqual([pad(1), undefined, pad(1)]);
  });

  test("hears nobody who is not in the session with a pad", async () => {
    const { phone, peers, pass } = rig({ guests: [member({ role: "watch", pad: undefined })] });
    phone.callBrowser();
    await pass(1_000);
    expect(peers.openCount).toBe(0);
  });

  test("lets go for a phone that is sent away with a button held", async () => {
    const { phone, ways, pads, company, pass } = rig();
    phone.callBrowser();
    await pass(4_000);
    ways.at(-1)?.inputState.send(state(1, 1));
    company.set(NOBODY);
    await settled();
    expect(pads).toEqual([pad(1), undefined]);
  });

  test("shrugs at bytes that no pad sends", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { phone, ways, pads, pass } = rig();
    phone.callBrowser();
    await pass(4_000);
    ways.at(-1)?.inputState.send(Uint8Array.of(9, 9));
    expect([pads, warn.mock.calls.length]).toEqual([[], 1]);
    warn.mockRestore();
  });
});
