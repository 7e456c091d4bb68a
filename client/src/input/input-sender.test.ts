import { Scope } from "@nearframe/shared/lifetime";
import { readInput, type InputMessage } from "@nearframe/shared/input/messages";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SentInput } from "../stream/latency.ts";
import { createFakeTimers } from "../testing/fake-timers.ts";
import { createInputSender, REPEAT_EVERY_MS, STATE_BACKLOG_BYTES_MAX } from "./input-sender.ts";

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
  const channel = (bufferedBytes: () => number) => ({
    get bufferedBytes() {
      return bufferedBytes();
    },
    send(data: Uint8Array<ArrayBuffer> | string) {
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
  const channels = { inputState: channel(() => backlog.bytes), inputEdges: channel(() => 0) };
  return { sender, timers, messages, sent, flush, backlog, channels };
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
  expect(afterRelease).toBeGreaterThanOrEqual(2 + 4);
  expect(afterRelease).toBeLessThan(2 + 8);
  expect(messages.at(-1)).toMatchObject({ kind: "state", keys: [] });
  expect(timers.pending).toBe(0);
  expect(sent).toHaveLength(2);
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
  expect(messages).toMatchObject([{ kind: "state", pointer: { x: 1, y: 1 } }]);
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
  expect(messages).toMatchObject([{ kind: "state", dxTotal: 0, keys: [17] }]);
});

test("without a path nothing is sent and nothing is kept for later but what is held", () => {
  const { sender, messages, sent, flush, channels, timers } = setUp();
  sender.dispatch(key(17, true), 1_000);
  sender.dispatch(key(17, false), 1_001);
  flush();
  sender.connect(channels);
  timers.pass(1_000);
  expect(messages).toEqual([]);
  expect(sent).toEqual([]);
});

test("closing leaves no timer", async () => {
  const { sender, flush, channels, timers } = setUp();
  sender.connect(channels);
  sender.dispatch(key(17, true), 1_000);
  flush();
  await scope.close();
  expect(timers.pending).toBe(0);
});
