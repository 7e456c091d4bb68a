import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLog } from "../testing/world.ts";
import { HEARTBEAT_MS, HEARTBEAT_SILENCE_MS, NODE_GRACE_MS, NODES_MAX } from "./limits.ts";
import { createNodes, type NodeLink, type Registration } from "./nodes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const heard: string[] = [];
  const scope = new Scope();
  const nodes = createNodes(
    {
      clock: systemClock,
      log: silentLog,
      events: {
        onLinked: (nodeId, sessions) => void heard.push(`linked ${nodeId} [${sessions}]`),
        onReported: (nodeId, sessions) => void heard.push(`reported ${nodeId} [${sessions}]`),
        onLost: (nodeId) => void heard.push(`lost ${nodeId}`),
      },
    },
    scope,
  );
  const slotsFree = (nodeId: string) => nodes.candidates().find((node) => node.nodeId === nodeId)?.slotsFree;
  return { nodes, heard, scope, slotsFree };
}

function link() {
  const sent: ServerToNode[] = [];
  const closes: number[] = [];
  const it: NodeLink = { send: (message) => void sent.push(message), close: (code) => void closes.push(code) };
  return { ...it, sent, closes };
}

const registration = (nodeId: string, change: Partial<Registration> = {}): Registration => ({
  type: "node.register",
  protocol: PROTOCOL_VERSION,
  nodeId,
  name: "Living room",
  runtimes: ["native"],
  slots: 2,
  notices: [],
  sessions: [],
  ...change,
});

test("a node that registers is welcomed and can be chosen", () => {
  const { nodes, heard } = setUp();
  const n1 = link();
  nodes.register(n1, registration("n1", { sessions: ["s1"] }));
  expect(n1.sent).toEqual([{ type: "node.welcome", protocol: PROTOCOL_VERSION, heartbeatMs: HEARTBEAT_MS }]);
  expect(nodes.candidates()).toEqual([
    { nodeId: "n1", state: "linked", runtimes: ["native"], slots: 2, slotsFree: 1 },
  ]);
  expect(heard).toEqual(["linked n1 [s1]"]);
});

test("a node's encoders are known when it has tried them, before it registers or after", () => {
  const { nodes } = setUp();
  const encoders = [{ name: "nvenc-h264", codec: "H264", hardware: true, opened: false, reason: "There is no such device." }] as const;
  nodes.register(link(), registration("n1"));
  expect(nodes.encodersOf("n1")).toBeUndefined();
  nodes.describeEncoders("n1", encoders);
  expect(nodes.encodersOf("n1")).toEqual(encoders);
  nodes.register(link(), registration("n2", { encoders: [...encoders] }));
  expect(nodes.encodersOf("n2")).toEqual(encoders);
  nodes.describeEncoders("nobody", encoders);
  expect(nodes.encodersOf("nobody")).toBeUndefined();
});

test("a slot is free when neither the server nor the node counts it", () => {
  const { nodes, slotsFree } = setUp();
  nodes.register(link(), registration("n1"));
  nodes.takeSlot("n1", "s1");
  nodes.takeSlot("n1", "s1");
  expect(slotsFree("n1")).toBe(1);
  nodes.heartbeat("n1", ["s1", "stray"]);
  expect(slotsFree("n1")).toBe(0);
  nodes.releaseSlot("n1", "s1");
  nodes.releaseSlot("n1", "s1");
  expect(slotsFree("n1")).toBe(0);
  nodes.forgetReported("n1", "s1");
  expect(slotsFree("n1")).toBe(1);
  nodes.heartbeat("n1", []);
  expect(slotsFree("n1")).toBe(2);
});

test("heartbeats keep the link, silence ends it and then the node", () => {
  const { nodes, heard } = setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  for (let count = 0; count < 10; count++) {
    vi.advanceTimersByTime(HEARTBEAT_MS);
    nodes.heartbeat("n1", []);
  }
  expect(n1.closes).toEqual([]);
  vi.advanceTimersByTime(HEARTBEAT_SILENCE_MS);
  expect(n1.closes).toEqual([CloseCode.silent]);
  expect(nodes.candidates()).toMatchObject([{ state: "missing" }]);
  expect(nodes.send("n1", { type: "session.stop", sessionId: "s1", epoch: 1, reason: "player-left" })).toBe(false);
  vi.advanceTimersByTime(NODE_GRACE_MS);
  expect(heard.at(-1)).toBe("lost n1");
  expect(nodes.candidates()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("a node that redials replaces its own half-dead link, whose end then means nothing", () => {
  const { nodes, heard } = setUp();
  const [old, fresh] = [link(), link()];
  nodes.register(old, registration("n1"));
  nodes.register(fresh, registration("n1"));
  expect(old.closes).toEqual([CloseCode.replaced]);
  nodes.unlink("n1", old);
  expect(nodes.send("n1", { type: "session.stop", sessionId: "s1", epoch: 1, reason: "player-left" })).toBe(true);
  nodes.unlink("n1", fresh);
  nodes.unlink("n1", fresh);
  vi.advanceTimersByTime(NODE_GRACE_MS);
  expect(heard.filter((event) => event === "lost n1")).toHaveLength(1);
});

test("a node that is expected holds its slots until it comes, or the grace is over", () => {
  const { nodes, heard, slotsFree } = setUp();
  nodes.expect("n1", "s1");
  nodes.expect("n1", "s2");
  nodes.expect("n2", "s3");
  expect(nodes.candidates().map(({ state }) => state)).toEqual(["missing", "missing"]);
  nodes.register(link(), registration("n1", { slots: 3, sessions: ["s1", "s2"] }));
  expect(slotsFree("n1")).toBe(1);
  vi.advanceTimersByTime(NODE_GRACE_MS);
  expect(heard).toEqual(["linked n1 [s1,s2]", "lost n2"]);
});

test("the number of nodes is bounded, and those that are known may still come back", () => {
  const { nodes } = setUp();
  for (let count = 0; count < NODES_MAX; count++) nodes.register(link(), registration(`n${count}`));
  const [late, known] = [link(), link()];
  nodes.register(late, registration("late"));
  nodes.register(known, registration("n0"));
  expect(late.sent).toMatchObject([{ type: "error", code: "NODES_FULL" }]);
  expect(late.closes).toEqual([CloseCode.protocol]);
  expect(known.closes).toEqual([]);
});

test("closing leaves no timer, and late comers are sent away", async () => {
  const { nodes, heard, scope } = setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  nodes.expect("n2", "s1");
  await scope.close();
  await scope.close();
  nodes.unlink("n1", n1);
  const late = link();
  nodes.register(late, registration("n3"));
  expect(late.closes).toEqual([CloseCode.stopping]);
  expect(heard).toEqual(["linked n1 []"]);
  expect(vi.getTimerCount()).toBe(0);
});
