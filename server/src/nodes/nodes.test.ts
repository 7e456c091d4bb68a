import { systemClock } from "@nearframe/shared/clock";
import { Scope } from "@nearframe/shared/lifetime";
import { CloseCode, PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { joinLocalCluster } from "../cluster/adapters/local/local-cluster.ts";
import { createLocalHub } from "../cluster/adapters/local/local-hub.ts";
import { createProbePoints, type ProbePoints } from "../probing/probe-points.ts";
import { inventory, report, TEST_NODE } from "../testing/node-identity.ts";
import { silentLog } from "../testing/world.ts";
import type { NodeChecks } from "./checks.ts";
import { HEARTBEAT_MS, HEARTBEAT_SILENCE_MS, LINK_CHECK_EVERY_MS, NODE_GRACE_MS, REMOTE_CHECK_MS, OFFLINE_KEPT_MS, SWEEP_MS } from "./limits.ts";
import type { NodeLink, Registration } from "./node.ts";
import { openNodes } from "./open-nodes.ts";

let scope: Scope;
beforeEach(() => {
  vi.useFakeTimers();
  scope = new Scope();
});
afterEach(async () => {
  await scope.close();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Options = { checks?: NodeChecks; hub?: ReturnType<typeof createLocalHub>; serverId?: string; isServerAlive?: (id: string) => boolean; probePoints?: ProbePoints };

const makeHub = () => createLocalHub({ clock: systemClock, log: silentLog }, scope);

async function setUp({ hub = makeHub(), serverId = "a", ...rest }: Options = {}) {
  const heard: string[] = [];
  const cluster = joinLocalCluster({ serverId, hub, log: silentLog }, scope);
  const own = scope.child();
  const nodes = await openNodes(
    {
      clock: systemClock,
      log: silentLog,
      cluster,
      events: {
        onLinked: (nodeId, sessions) => void heard.push(`linked ${nodeId} [${idsOf(sessions)}]`),
        onReported: (nodeId, sessions) => void heard.push(`reported ${nodeId} [${idsOf(sessions)}]`),
        onLost: (nodeId) => void heard.push(`lost ${nodeId}`),
        onGone: (nodeId) => void heard.push(`gone ${nodeId}`),
      },
      ...rest,
    },
    own,
  );
  const beat = (nodeId: string, ...sessions: string[]) => nodes.heartbeat(nodeId, sessions.map((id) => report(id)));
  return {
    nodes,
    heard,
    scope: own,
    beat,
    slotsFree: (nodeId: string) => nodes.record(nodeId)?.slotsFree,
    state: (nodeId: string) => nodes.record(nodeId)?.state,
  };
}

function link() {
  const sent: ServerToNode[] = [];
  const closes: number[] = [];
  const pinged: ((answered: boolean) => void)[] = [];
  const it: NodeLink = {
    send: (message) => void sent.push(message),
    close: (code) => void closes.push(code),
    answers: () => new Promise((resolve) => void pinged.push(resolve)),
  };
  return Object.assign(it, { sent, closes, pinged });
}

test("heartbeats tell of started copies and round trips, until the next link", async () => {
  const { nodes } = await setUp({ probePoints: createProbePoints([{ id: "fra", url: "https://fra.example.org" }], { serverId: "a" }) });
  const first = Object.assign(link(), { rttMs: 7 });
  nodes.register(first, registration("n1"));
  expect(first.sent[0]).toMatchObject({ type: "node.welcome", probePoints: [{ id: "fra" }] });
  nodes.heartbeat("n1", [], { warmTitleIds: ["doom"], rttVector: { fra: 12, elsewhere: 1 } });
  expect(nodes.record("n1")).toMatchObject({ warmTitleIds: ["doom"], rttVector: { fra: 12, "server:a": 7 } });
  const record = nodes.record("n1");
  first.rttMs = 8;
  nodes.heartbeat("n1", []);
  // What is about the same is not written again, 100,000 times a minute.
  expect(nodes.record("n1")).toBe(record);
  first.rttMs = 20;
  nodes.heartbeat("n1", [], { warmTitleIds: [] });
  expect(nodes.record("n1")).toMatchObject({ rttVector: { fra: 12, "server:a": 20 } });
  expect(nodes.record("n1")).not.toHaveProperty("warmTitleIds");
  nodes.register(link(), registration("n1"));
  expect(nodes.record("n1")?.rttVector).toEqual({});
});

type Change = Partial<Registration> & { says?: Partial<NodeInventory> & { slots?: number } };

const registration = (nodeId: string, { says, ...change }: Change = {}): Registration => ({
  nodeId,
  publicKey: TEST_NODE.publicKey,
  address: "192.0.2.7",
  trusted: true,
  inventory: inventory(says),
  sessions: [],
  draining: false,
  ...change,
});

const stop = (sessionId: string) => ({ type: "session.stop", sessionId, epoch: 1, reason: "player-left" }) as const;
/** What is written to the cluster arrives in later turns. */
const settle = () => vi.advanceTimersByTimeAsync(0);

test("a node that registers is welcomed, checked, and can be chosen", async () => {
  const { nodes, heard, state } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1", { sessions: [report("s1")] }));
  expect(n1.sent).toEqual([
    { type: "node.welcome", protocol: PROTOCOL_VERSION, nodeId: "n1", heartbeatMs: HEARTBEAT_MS },
    // With a session that the servers do not hold: it is being put away.
    { type: "node.state", state: "recycling" },
  ]);
  expect(nodes.candidates()).toEqual([{ nodeId: "n1", state: "linked", runtimes: ["native"], busyRuntimes: [], slots: 2, slotsFree: 1 }]);
  expect(heard).toEqual(["linked n1 [s1]"]);
  nodes.takeSlot("n1", "s1");
  expect(state("n1")).toBe("rendering");
});

test("a slot is free when neither the servers nor the node count it", async () => {
  const { nodes, slotsFree, beat, state } = await setUp();
  nodes.register(link(), registration("n1"));
  expect(state("n1")).toBe("standby");
  nodes.takeSlot("n1", "s1");
  nodes.takeSlot("n1", "s1");
  expect([slotsFree("n1"), state("n1")]).toEqual([1, "leased"]);
  beat("n1", "s1", "stray");
  expect([slotsFree("n1"), state("n1")]).toEqual([0, "rendering"]);
  nodes.releaseSlot("n1", "s1");
  nodes.releaseSlot("n1", "s1");
  expect([slotsFree("n1"), state("n1")]).toEqual([0, "recycling"]);
  nodes.forgetReported("n1", "s1");
  expect(slotsFree("n1")).toBe(1);
  beat("n1");
  expect([slotsFree("n1"), state("n1")]).toEqual([2, "standby"]);
});

test("heartbeats that say the same are heard once, strays every time", async () => {
  const { nodes, heard, beat } = await setUp();
  nodes.register(link(), registration("n1"));
  nodes.takeSlot("n1", "s1");
  for (let count = 0; count < 3; count++) beat("n1", "s1");
  expect(heard).toEqual(["linked n1 []", "reported n1 [s1]"]);
  nodes.releaseSlot("n1", "s1");
  beat("n1", "s1");
  beat("n1", "s1");
  expect(heard.slice(2)).toEqual(["reported n1 [s1]", "reported n1 [s1]"]);
});

test("heartbeats keep the link, silence ends it, then what the node ran, then the node", async () => {
  const { nodes, heard, beat, state } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  for (let count = 0; count < 10; count++) {
    vi.advanceTimersByTime(HEARTBEAT_MS);
    beat("n1");
  }
  expect(n1.closes).toEqual([]);
  vi.advanceTimersByTime(HEARTBEAT_SILENCE_MS);
  expect(n1.closes).toEqual([CloseCode.silent]);
  expect(nodes.candidates()).toMatchObject([{ state: "missing" }]);
  expect(state("n1")).toBe("offline");
  expect(nodes.send("n1", stop("s1"))).toBe(false);
  vi.advanceTimersByTime(NODE_GRACE_MS);
  expect(heard.at(-1)).toBe("lost n1");
  vi.advanceTimersByTime(OFFLINE_KEPT_MS);
  expect(heard.at(-1)).toBe("gone n1");
  expect(nodes.candidates()).toEqual([]);
  await settle();
});

test("a node that comes back within the grace is as it was, and what it held it holds", async () => {
  const { nodes, heard, slotsFree, state } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  nodes.takeSlot("n1", "s1");
  nodes.unlink("n1", n1);
  expect(state("n1")).toBe("offline");
  vi.advanceTimersByTime(NODE_GRACE_MS - SWEEP_MS);
  nodes.register(link(), registration("n1", { sessions: [report("s1")] }));
  expect([state("n1"), slotsFree("n1")]).toEqual(["rendering", 1]);
  vi.advanceTimersByTime(HEARTBEAT_MS);
  expect(heard).toEqual(["linked n1 []", "linked n1 [s1]"]);
});

test("what a lost node held is free when it comes back later", async () => {
  const { nodes, slotsFree } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  nodes.takeSlot("n1", "s1");
  nodes.unlink("n1", n1);
  vi.advanceTimersByTime(NODE_GRACE_MS + SWEEP_MS);
  nodes.register(link(), registration("n1"));
  expect(slotsFree("n1")).toBe(2);
});

test("a node that redials replaces its own half-dead link, whose end then means nothing", async () => {
  const { nodes, heard } = await setUp();
  const [old, fresh] = [link(), link()];
  nodes.register(old, registration("n1"));
  nodes.register(fresh, registration("n1"));
  expect(old.closes).toEqual([CloseCode.replaced]);
  nodes.unlink("n1", old);
  expect(nodes.send("n1", stop("s1"))).toBe(true);
  nodes.unlink("n1", fresh);
  nodes.unlink("n1", fresh);
  vi.advanceTimersByTime(NODE_GRACE_MS + SWEEP_MS);
  expect(heard.filter((event) => event === "lost n1")).toHaveLength(1);
});

test("a node that is expected is waited for, and finds its slots taken when it comes", async () => {
  const { nodes, heard, slotsFree } = await setUp();
  nodes.expect("n1", "s1");
  nodes.expect("n1", "s2");
  nodes.expect("n2", "s3");
  nodes.register(link(), registration("n1", { sessions: [report("s1"), report("s2")] }));
  expect(slotsFree("n1")).toBe(0);
  vi.advanceTimersByTime(NODE_GRACE_MS + SWEEP_MS);
  expect(heard.filter((event) => event.startsWith("lost"))).toEqual(["lost n2"]);
});

test("a node that fails a check is told why and gets nothing, until it says otherwise", async () => {
  const { nodes, state, slotsFree } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1", { says: { runtimes: [] } }));
  expect(state("n1")).toBe("quarantined");
  expect(n1.sent.at(-1)).toMatchObject({ type: "node.state", state: "quarantined", reason: expect.stringContaining("no runtime") });
  expect(nodes.candidates()).toMatchObject([{ slotsFree: 0 }]);
  nodes.describe("n1", inventory());
  expect([state("n1"), slotsFree("n1")]).toEqual(["standby", 2]);
});

test("a node whose device is being played has its runtime still, and is only busy", async () => {
  const { nodes } = await setUp();
  const busy = () => nodes.candidates().map(({ runtimes, busyRuntimes }) => [runtimes, busyRuntimes]);
  nodes.register(link(), registration("n1", { says: { runtimes: ["native"] } }));
  expect(busy()).toEqual([[["native"], []]]);
  nodes.describe("n1", { ...inventory(), runtimes: ["native", "android"] });
  expect(busy()).toEqual([[["native", "android"], []]]);
  nodes.describe("n1", { ...inventory(), runtimes: ["native"] });
  expect(busy()).toEqual([[["native"], ["android"]]]);
  nodes.describe("n1", { ...inventory(), runtimes: ["native", "android"] });
  expect(busy()).toEqual([[["native", "android"], []]]);
});

test("while a check takes its time nothing is placed, and its answer to an older inventory counts for nothing", async () => {
  const verdicts: ((reason: string | undefined) => void)[] = [];
  const { nodes, state } = await setUp({ checks: { check: () => new Promise((resolve) => void verdicts.push(resolve)) } });
  nodes.register(link(), registration("n1"));
  expect(state("n1")).toBe("checking");
  nodes.describe("n1", inventory({ slots: 1 }));
  verdicts[0]?.("an old story");
  await settle();
  expect(state("n1")).toBe("checking");
  verdicts[1]?.(undefined);
  await settle();
  expect(state("n1")).toBe("standby");
});

test("a drained node keeps its sessions, gets no more, and may go when they are over", async () => {
  const { nodes, state, beat, heard } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  nodes.takeSlot("n1", "s1");
  beat("n1", "s1");
  nodes.tell("n1", { type: "drain-asked", by: "node" });
  expect(state("n1")).toBe("draining");
  expect(nodes.candidates()).toMatchObject([{ state: "linked", slotsFree: 0 }]);
  nodes.releaseSlot("n1", "s1");
  nodes.forgetReported("n1", "s1");
  expect(n1.sent.at(-1)).toEqual({ type: "node.state", state: "retired" });
  nodes.unlink("n1", n1);
  expect(nodes.record("n1")).toBeUndefined();
  expect(heard.at(-1)).toBe("gone n1");
  await settle();
});

test("with many nodes each is asked to speak less often, at its next heartbeat", async () => {
  const { nodes, beat } = await setUp();
  const first = link();
  nodes.register(first, registration("first"));
  const welcomes = [];
  for (let count = 0; count < 20_000; count++) {
    const more = link();
    nodes.register(more, registration(`n${count}`));
    welcomes.push(more.sent[0]);
  }
  const asked = welcomes.at(-1);
  expect(asked?.type === "node.welcome" && asked.heartbeatMs).toBeGreaterThan(HEARTBEAT_MS);
  beat("first");
  expect(first.sent.at(-1)).toMatchObject({ type: "node.pace", heartbeatMs: asked?.type === "node.welcome" && asked.heartbeatMs });
});

test("nodes are forgotten with the server", async () => {
  const { nodes, scope, heard } = await setUp();
  const n1 = link();
  nodes.register(n1, registration("n1"));
  await scope.close();
  nodes.unlink("n1", n1);
  nodes.register(n1, registration("n2"));
  expect(n1.closes).toEqual([CloseCode.stopping]);
  expect(heard).toEqual(["linked n1 []"]);
});

test("of two servers each knows the other's nodes and reaches them through their homes", async () => {
  const hub = makeHub();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b" })];
  const n1 = link();
  a.nodes.register(n1, registration("n1"));
  await settle();
  expect(b.nodes.record("n1")).toMatchObject({ state: "standby", homeServerId: "a", slotsFree: 2 });
  b.nodes.takeSlot("n1", "s1");
  expect(b.nodes.send("n1", stop("s1"))).toBe(true);
  await settle();
  expect(n1.sent.at(-1)).toEqual(stop("s1"));
  expect([a.slotsFree("n1"), b.slotsFree("n1")]).toEqual([1, 1]);
});

test("a node that does not answer when it is asked is offline for all servers, whichever of them asked", async () => {
  const hub = makeHub();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b" })];
  const n1 = link();
  a.nodes.register(n1, registration("n1"));
  await settle();
  const [there, alsoThere] = [b.nodes.checkLink("n1"), a.nodes.checkLink("n1")];
  await settle();
  expect(n1.pinged).toHaveLength(1);
  n1.pinged[0]?.(true);
  expect(await Promise.all([there, alsoThere])).toEqual([true, true]);
  expect([a.state("n1"), n1.closes]).toEqual(["standby", []]);
  const gone = b.nodes.checkLink("n1");
  await vi.advanceTimersByTimeAsync(LINK_CHECK_EVERY_MS - 1);
  // However often players complain, a node is asked only so often.
  expect(n1.pinged).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  n1.pinged[1]?.(false);
  await settle();
  expect(await gone).toBe(false);
  expect([a.state("n1"), b.state("n1"), n1.closes]).toEqual(["offline", "offline", [CloseCode.silent]]);
  expect(await b.nodes.checkLink("n1")).toBe(false);
});

test("a node that has dialled anew is not cut for its old link's silence", async () => {
  const { nodes, state } = await setUp();
  const [old, fresh] = [link(), link()];
  nodes.register(old, registration("n1"));
  const asked = nodes.checkLink("n1");
  await settle();
  nodes.register(fresh, registration("n1"));
  old.pinged[0]?.(false);
  expect(await asked).toBe(true);
  expect([state("n1"), fresh.closes]).toEqual(["standby", []]);
});

test("whose home does not answer for it is what its record says", async () => {
  const hub = makeHub();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b" })];
  a.nodes.register(link(), registration("n1"));
  await settle();
  const asked = b.nodes.checkLink("n1");
  await vi.advanceTimersByTimeAsync(REMOTE_CHECK_MS);
  expect(await asked).toBe(true);
  expect(await b.nodes.checkLink("unknown")).toBe(false);
});

test("a node that moves to another server is that server's, and its old link says nothing more of it", async () => {
  const hub = makeHub();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b" })];
  const [old, fresh] = [link(), link()];
  a.nodes.register(old, registration("n1"));
  await settle();
  b.nodes.register(fresh, registration("n1"));
  await settle();
  expect([a.nodes.record("n1")?.homeServerId, b.nodes.record("n1")?.homeServerId]).toEqual(["b", "b"]);
  a.nodes.unlink("n1", old);
  await settle();
  expect([a.state("n1"), b.state("n1")]).toEqual(["standby", "standby"]);
  expect(a.nodes.send("n1", stop("s1"))).toBe(true);
  await settle();
  expect(fresh.sent.at(-1)).toEqual(stop("s1"));
});

test("a node that still speaks here is ours again, whatever another server believed", async () => {
  const hub = makeHub();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b" })];
  a.nodes.register(link(), registration("n1"));
  await settle();
  b.nodes.register(link(), registration("n1"));
  await settle();
  a.beat("n1");
  await settle();
  expect([a.nodes.record("n1")?.homeServerId, b.nodes.record("n1")?.homeServerId]).toEqual(["a", "a"]);
});

test("the nodes of a server that died are offline until they register elsewhere, and lost after the grace", async () => {
  const hub = makeHub();
  const dead = new Set<string>();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b", isServerAlive: (id) => !dead.has(id) })];
  a.nodes.register(link(), registration("n1"));
  a.nodes.register(link(), registration("n2"));
  await settle();
  await a.scope.close();
  dead.add("a");
  b.nodes.serversChanged();
  expect([b.state("n1"), b.state("n2")]).toEqual(["offline", "offline"]);
  b.nodes.register(link(), registration("n1"));
  await vi.advanceTimersByTimeAsync(NODE_GRACE_MS + SWEEP_MS);
  expect(b.heard.filter((event) => event.startsWith("lost"))).toEqual(["lost n2"]);
  await vi.advanceTimersByTimeAsync(OFFLINE_KEPT_MS);
  expect(b.nodes.record("n2")).toBeUndefined();
});

test("a server that starts later knows the nodes that are there", async () => {
  const hub = makeHub();
  const a = await setUp({ hub, serverId: "a" });
  a.nodes.register(link(), registration("n1"));
  await settle();
  const b = await setUp({ hub, serverId: "b" });
  expect(b.state("n1")).toBe("standby");
});

function idsOf(sessions: readonly { sessionId: string }[]): string {
  return sessions.map(({ sessionId }) => sessionId).join();
}

test("what the operator ordered about a node holds wherever it registers, and however long it stays away", async () => {
  const hub = makeHub();
  const dead = new Set<string>();
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b", isServerAlive: (id) => !dead.has(id) })];
  a.nodes.register(link(), registration("n1"));
  a.nodes.register(link(), registration("n2"));
  await settle();
  b.nodes.tell("n1", { type: "verdict-given", reason: "it lies about its frames" });
  b.nodes.tell("n2", { type: "drain-asked", by: "server" });
  await settle();
  expect([b.state("n1"), b.state("n2")]).toEqual(["quarantined", "draining"]);
  await a.scope.close();
  dead.add("a");
  b.nodes.serversChanged();
  await vi.advanceTimersByTimeAsync(OFFLINE_KEPT_MS + NODE_GRACE_MS);
  const n1 = link();
  b.nodes.register(n1, registration("n1"));
  b.nodes.register(link(), registration("n2"));
  expect([b.state("n1"), b.state("n2")]).toEqual(["quarantined", "draining"]);
  expect(n1.sent.at(-1)).toMatchObject({ type: "node.state", reason: "it lies about its frames" });
  b.nodes.tell("n1", { type: "verdict-lifted" });
  expect(b.state("n1")).toBe("standby");
});

test("a server that was taken for dead and cleared away has its nodes known again when it turns out to live", async () => {
  const hub = makeHub();
  const dead = new Set(["a"]);
  const [a, b] = [await setUp({ hub, serverId: "a" }), await setUp({ hub, serverId: "b", isServerAlive: (id) => !dead.has(id) })];
  const n1 = link();
  a.nodes.register(n1, registration("n1"));
  await settle();
  expect(b.state("n1")).toBe("offline");
  for (let waitedMs = 0; waitedMs <= OFFLINE_KEPT_MS + NODE_GRACE_MS; waitedMs += HEARTBEAT_MS) {
    await vi.advanceTimersByTimeAsync(HEARTBEAT_MS);
    a.beat("n1");
  }
  expect(a.state("n1")).toBe("standby");
  dead.delete("a");
  b.nodes.serversChanged();
  await settle();
  expect([a.state("n1"), b.state("n1")]).toEqual(["standby", "standby"]);
});
