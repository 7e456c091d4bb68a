import { Scope } from "@nearframe/shared/lifetime";
import { EDGES_MAX, readInput, type InputMessage } from "@nearframe/shared/input/messages";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SentInput } from "../stream/latency.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createInputSender, EDGE_WAIT_MS_MAX, REPEAT_EVERY_MS, REPEAT_SOON_MS, STATE_BACKLOG_BYTES_MAX } from "./input-sender.ts";

let scope: Scope;
beforeEach(() => {
  scope = new Scope();
});
afterEach(() => scope.close());

function setUp() {
  const timers = createFakeTimers();
  const messages: InputMessage[] = [];
  const sent: SentInput[] = [];
  let soon: (() => void)[] = [];
  const backlog = { bytes: 0 };
  const way = { open: true };
  const channel = (bufferedBytes: () => number) => ({
    get bufferedBytes() {
      return bufferedBytes();
    },
    send(data: Uint8Array<ArrayBuffer> | string) {
      if (!way.open) return false;
      messages.push(readInput(data as Uint8Array));
      return true;
    },
  });
  const sender = createInputSender(scope, {
    timers,
    soon: (callback) => soon.push(callback),
    onSent: (input) => sent.push(input),
  });
  const flush = () => {
    const now = soon;
    soon = [];
    for (const callback of now) callback();
  };
  const channels = { inputState: channel(() => backlog.bytes), inputEdges: Object.assign(channel(() => 0), { opened: Promise.resolve() }) };
  /** Channels that carry nothing before the returned function is called. */
  const closedChannels = () => {
    way.open = false;
    let tellOpen = () => {};
    const opened = new Promise<void>((resolve) => (tellOpen = resolve));
    const open = async () => {
      way.open = true;
      tellOpen();
      await opened;
    };
    return { channels: { inputState: channel(() => 0), inputEdges: Object.assign(channel(() => 0), { opened }) }, open };
  };
  return { closedChannels, sender, timers, messages, sent, flush, backlog, channels };
}

const key = (number: number, down: boolean) => ({ kind: "key", key: number, down }) as const;

test("what happens in one turn leaves together: edges first, then the state that includes them", () => {
  const { sender, messages, sent, flush, channels, timers } = setUp();
  sender.connect(channels);
  sender.dispatch(key(17, true), 990);
  sender.dispatch(key(30, true), 995);
  expect(messages).toEqual([]);
  flush();
  expect(messages).toMatchObject([
    { kind: "edges", seq: 1, edges: [key(17, true), key(30, true)] },
    { kind: "state", seq: 2, edgeSeq: 1, keys: [17, 30] },
  ]);
  expect(sent).toEqual([{ seq: 1, madeAtMs: 990, sentAtMs: timers.monotonicMs() }]);
});

test("motion without edges is accounted by its state", () => {
  const { sender, messages, sent, flush, channels } = setUp();
  sender.connect(channels);
  sender.dispatch({ kind: "pointer-by", dx: 1.4, dy: 0 }, 900);
  sender.dispatch({ kind: "pointer-by", dx: 1.4, dy: 0 }, 901);
  flush();
  expect(messages).toMatchObject([{ kind: "state", dxTotal: 3 }]);
  expect(sent).toMatchObject([{ seq: 1, madeAtMs: 900 }]);
});

test("the state is repeated while something is held, and a little after, then never", () => {
  const { sender, messages, sent, flush, channels, timers } = setUp();
  sender.connect(channels);
  sender.dispatch(key(17, true), 1_000);
  flush();
  timers.pass(2_000);
  const whileHeld = messages.length;
  expect(whileHeld).toBeGreaterThanOrEqual(2 + 29);
  expect(messages.at(-1)).toMatchObject({ kind: "state", keys: [17] });
  sender.dispatch(key(17, false), 3_000);
  flush();
  timers.pass(10_000);
  const afterRelease = messages.length - whileHeld;
  expect(afterRelease).toBeGreaterThanOrEqual(2 + REPEAT_SOON_MS.length + 4);
  expect(afterRelease).toBeLessThan(2 + REPEAT_SOON_MS.length + 8);
  expect(messages.at(-1)).toMatchObject({ kind: "state", keys: [] });
  expect(timers.pending).toBe(0);
  expect(sent).toHaveLength(2);
});

test("a short press of a pad, which has no edges, does not hang on one packet", () => {
  const { sender, messages, flush, channels, timers } = setUp();
  sender.connect(channels);
  for (const buttons of [1, 0]) {
    sender.dispatch({ kind: "pads", pads: [{ index: 0, buttons, triggers: [0, 0], axes: [0, 0, 0, 0] }] }, 1_000);
    flush();
    timers.pass(50);
  }
  const pressed = messages.filter((message) => message.kind === "state" && message.pads[0]?.buttons === 1);
  expect(pressed).toHaveLength(1 + REPEAT_SOON_MS.length);
});

test("a link that stands still gets no more states, and the newest when it moves again", () => {
  const { sender, messages, flush, channels, timers, backlog } = setUp();
  sender.connect(channels);
  backlog.bytes = STATE_BACKLOG_BYTES_MAX + 1;
  sender.dispatch({ kind: "pointer-at", at: { x: 0, y: 0 } }, 1_000);
  sender.dispatch({ kind: "pointer-at", at: { x: 1, y: 1 } }, 1_001);
  flush();
  expect(messages).toEqual([]);
  backlog.bytes = 0;
  timers.pass(REPEAT_EVERY_MS);
  expect(messages[0]).toMatchObject({ kind: "state", pointer: { x: 1, y: 1 } });
});

test("a new path counts motion from zero, and hears at once what is held", () => {
  const { sender, messages, flush, channels, timers } = setUp();
  sender.connect(channels);
  sender.dispatch({ kind: "pointer-by", dx: 500, dy: 0 }, 1_000);
  sender.dispatch(key(17, true), 1_000);
  flush();
  messages.length = 0;
  sender.connect(channels);
  timers.pass(REPEAT_EVERY_MS);
  expect(messages[0]).toMatchObject({ kind: "state", dxTotal: 0, keys: [17] });
});

test("a press before there is a way out leaves as soon as there is one, release and all", async () => {
  const { sender, messages, sent, flush, closedChannels, timers } = setUp();
  sender.dispatch(key(17, true), 1_000);
  flush();
  const { channels, open } = closedChannels();
  sender.connect(channels);
  sender.dispatch(key(17, false), 1_060);
  flush();
  timers.pass(EDGE_WAIT_MS_MAX / 2);
  expect(messages).toEqual([]);
  await open();
  expect(messages).toMatchObject([{ kind: "edges", edges: [key(17, true), key(17, false)] }]);
  expect(sent).toMatchObject([{ madeAtMs: 1_000 }]);
  sender.dispatch(key(30, true), 2_000);
  flush();
  expect(messages.at(-2)).toMatchObject({ kind: "edges", edges: [key(30, true)] });
});

test("a way that opens too late carries nothing of what was pressed before", async () => {
  const { sender, messages, flush, closedChannels, timers } = setUp();
  const { channels, open } = closedChannels();
  sender.connect(channels);
  sender.dispatch(key(17, true), 1_000);
  sender.dispatch(key(17, false), 1_001);
  flush();
  timers.pass(EDGE_WAIT_MS_MAX + 1);
  await open();
  expect(messages).toEqual([]);
});

test("of what waits, a message's worth is kept: the newest", async () => {
  const { sender, messages, flush, closedChannels } = setUp();
  const { channels, open } = closedChannels();
  sender.connect(channels);
  for (let press = 0; press < EDGES_MAX; press++) {
    sender.dispatch(key(17, true), 1_000);
    sender.dispatch(key(17, false), 1_001);
    flush();
  }
  sender.dispatch(key(30, true), 1_002);
  flush();
  await open();
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ kind: "edges" });
  const { edges } = messages[0] as Extract<InputMessage, { kind: "edges" }>;
  expect(edges).toHaveLength(EDGES_MAX);
  expect(edges.at(-1)).toEqual(key(30, true));
});

test("a pad at rest and where the pointer is are told when the way is there, however late", async () => {
  const { sender, messages, flush, closedChannels, timers } = setUp();
  const pad = { index: 0, buttons: 0, triggers: [0, 0], axes: [0, 0, 0, 0] } as const;
  sender.dispatch({ kind: "pads", pads: [pad] }, 1_000);
  sender.dispatch({ kind: "pointer-at", at: { x: 0.25, y: 0.5 } }, 1_000);
  flush();
  const { channels, open } = closedChannels();
  sender.connect(channels);
  timers.pass(5_000);
  expect(messages).toEqual([]);
  await open();
  timers.pass(REPEAT_EVERY_MS);
  expect(messages[0]).toMatchObject({ kind: "state", pads: [pad], pointer: { x: expect.closeTo(0.25, 3) as number } });
  timers.pass(5_000);
  expect(timers.pending).toBe(0);
});

test("what is more than a message holds leaves in several, all of it and in order", () => {
  const { sender, messages, flush, channels } = setUp();
  sender.connect(channels);
  const lines = Array.from({ length: EDGES_MAX + 3 }, (_, i) => ({ kind: "text", text: `line ${i}` }) as const);
  for (const line of lines) sender.dispatch(line, 1_000);
  flush();
  const told = messages.flatMap((message) => (message.kind === "edges" ? message.edges : []));
  expect(told).toEqual(lines);
});

test("closing leaves no timer", async () => {
  const { sender, flush, channels, timers } = setUp();
  sender.connect(channels);
  sender.dispatch(key(17, true), 1_000);
  flush();
  await scope.close();
  expect(timers.pending).toBe(0);
});
