import { NODE_STATES, type NodeState } from "@nearframe/shared/node/node-states";
import { describe, expect, test } from "vitest";
import { report } from "../testing/node-identity.ts";
import { pick, seededRandom } from "../testing/seeded-random.ts";
import { NEW_NODE, reasonOf, stateOf, transition, type NodeEffect, type NodeEvent, type NodeLife } from "./node-transition.ts";

const linked = (change: Partial<Extract<NodeEvent, { type: "linked" }>> = {}): NodeEvent => ({
  type: "linked", inventoryChanged: true, draining: false, sessions: [], ...change,
});
const back = linked({ inventoryChanged: false });
const begun: NodeEvent = { type: "checks-begun" };
const passed: NodeEvent = { type: "checks-passed" };
const failed: NodeEvent = { type: "checks-failed", reason: "no encoder" };
const held = (sessionId = "s1"): NodeEvent => ({ type: "session-held", sessionId });
const released = (sessionId = "s1"): NodeEvent => ({ type: "session-released", sessionId });
const cleared = (sessionId = "s1"): NodeEvent => ({ type: "session-cleared", sessionId });
const says = (...sessions: ReturnType<typeof report>[]): NodeEvent => ({ type: "sessions-reported", sessions });
const lost: NodeEvent = { type: "link-lost" };
const missed: NodeEvent = { type: "heartbeats-missed" };
const drain = (by: "node" | "server"): NodeEvent => ({ type: "drain-asked", by });
const undrain: NodeEvent = { type: "drain-ended" };
const verdict: NodeEvent = { type: "verdict-given", reason: "it lies about its frames" };
const lifted: NodeEvent = { type: "verdict-lifted" };
const renewed: NodeEvent = { type: "inventory-changed" };

function live(...events: NodeEvent[]) {
  let life: NodeLife = NEW_NODE;
  let effects: readonly NodeEffect[] = [];
  for (const event of events) [life, effects] = transition(life, event);
  return { life, state: stateOf(life), effects: effects.map(({ type }) => type) };
}

/** What leads there, by name. */
const WAYS = {
  registered: [linked()],
  checking: [linked(), begun],
  standby: [linked(), begun, passed],
  leased: [linked(), begun, passed, held()],
  preparing: [linked(), begun, passed, held(), says(report("s1", "preparing"))],
  rendering: [linked(), begun, passed, held(), says(report("s1", "rendering"))],
  recycling: [linked(), begun, passed, held(), says(report("s1", "rendering")), released()],
  offline: [linked(), begun, passed, lost],
  quarantined: [linked(), begun, failed],
  draining: [linked(), begun, passed, held(), drain("node")],
  retired: [linked(), begun, passed, drain("node")],
} as const satisfies Record<NodeState, readonly NodeEvent[]>;

describe("every state is reached as its name says", () => {
  test.each(Object.entries(WAYS))("%s", (state, way) => expect(live(...way).state).toBe(state));
});

/** From each state, what each event makes of it; what is not listed leaves it as it is. */
const EDGES: readonly [from: NodeState, event: string, happens: NodeEvent, to: NodeState, effects: NodeEffect["type"][]][] = [
  ["registered", "checks begin", begun, "checking", []],
  ["registered", "a new inventory", renewed, "registered", ["run-checks"]],
  ["registered", "the link is lost", lost, "offline", []],
  ["registered", "a drain by the server", drain("server"), "draining", ["tell-node"]],
  ["checking", "checks passed", passed, "standby", ["tell-node"]],
  ["checking", "checks failed", failed, "quarantined", ["tell-node"]],
  ["checking", "a new inventory", renewed, "registered", ["run-checks"]],
  ["checking", "the link is lost", lost, "offline", []],
  ["standby", "a session is held", held(), "leased", []],
  ["standby", "a stray is reported", says(report("x")), "recycling", []],
  ["standby", "a drain by the node, with nothing to wait for", drain("node"), "retired", ["tell-node"]],
  ["standby", "a drain by the server", drain("server"), "draining", ["tell-node"]],
  ["standby", "a verdict", verdict, "quarantined", ["tell-node"]],
  ["standby", "silence", missed, "offline", ["cut-link"]],
  ["standby", "a new inventory", renewed, "registered", ["run-checks"]],
  ["leased", "the lease ends", released(), "standby", []],
  ["leased", "the node prepares it", says(report("s1", "preparing")), "preparing", []],
  ["leased", "a second session renders", says(report("s2", "rendering")), "recycling", []],
  ["preparing", "the first picture", says(report("s1", "rendering")), "rendering", []],
  ["preparing", "it is given up", released(), "recycling", []],
  ["rendering", "the servers end it", released(), "recycling", []],
  ["rendering", "the node ended it and the servers don't know yet", says(), "leased", []],
  ["rendering", "a drain by the node", drain("node"), "draining", ["tell-node"]],
  ["rendering", "the link is lost", lost, "offline", []],
  ["recycling", "the node has put it away", cleared(), "standby", []],
  ["recycling", "the node's report no longer names it", says(), "standby", []],
  ["offline", "it comes back as it was", back, "standby", ["tell-node"]],
  ["offline", "it comes back with another inventory", linked(), "registered", ["run-checks"]],
  ["offline", "it comes back draining", linked({ draining: true }), "retired", ["tell-node"]],
  ["quarantined", "it registers again", linked(), "registered", ["run-checks"]],
  ["quarantined", "a new inventory", renewed, "registered", ["run-checks"]],
  ["quarantined", "the link is lost", lost, "offline", []],
  ["quarantined", "a verdict on top", verdict, "quarantined", ["tell-node"]],
  ["draining", "its last slot is free", released(), "retired", ["tell-node"]],
  ["draining", "the server wants it drained too", drain("server"), "draining", []],
  ["draining", "the server wants it back", undrain, "draining", []],
  ["draining", "the link is lost", lost, "offline", []],
  ["retired", "it hangs up", lost, "retired", []],
  ["retired", "it registers again", linked(), "registered", ["run-checks"]],
];

describe("from each state", () => {
  test.each(EDGES)("%s, %s: %o makes it %s", (from, _, event, to, effects) => {
    const after = live(...WAYS[from], event);
    expect(after).toMatchObject({ state: to, effects });
  });
});

describe("what no event may do", () => {
  test("checks are answered only while they run", () => {
    for (const from of NODE_STATES.filter((state) => state !== "checking")) {
      for (const event of [passed, failed]) expect(live(...WAYS[from], event).state).toBe(from);
    }
  });

  test("a verdict outlives links, checks and inventories, until it is lifted", () => {
    const judged = [...WAYS.standby, verdict, lost, linked(), begun, passed, renewed, back];
    expect(live(...judged)).toMatchObject({ state: "quarantined" });
    expect(reasonOf(live(...judged).life)).toBe("it lies about its frames");
    expect(live(...judged, lifted)).toMatchObject({ state: "registered", effects: ["run-checks"] });
  });

  test("a failed check is not lifted as a verdict would be", () => {
    expect(live(...WAYS.quarantined, lifted).state).toBe("quarantined");
  });

  test("a drain by the server holds while the node comes and goes, and only that server's word ends it", () => {
    const drained = [...WAYS.standby, drain("server"), lost, back];
    expect(live(...drained)).toMatchObject({ state: "draining" });
    expect(live(...drained, undrain)).toMatchObject({ state: "registered", effects: ["run-checks"] });
  });

  test("a drain that the node's operator wants on top of the server's lets it go", () => {
    expect(live(...WAYS.leased, drain("server"), drain("node"), released()).state).toBe("retired");
  });
});

describe("slots", () => {
  test("a report that says the same changes nothing, not even the object", () => {
    const { life } = live(...WAYS.rendering);
    expect(transition(life, says(report("s1", "rendering")))[0]).toBe(life);
  });

  test("the busiest slot gives the node's state", () => {
    const both = says(report("s1", "preparing"), report("s2", "rendering"));
    expect(live(...WAYS.standby, held("s1"), held("s2"), both).state).toBe("rendering");
  });

  test("in any order of events a slot is in use exactly while somebody names it", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed);
      const ids = ["a", "b", "c"];
      let life = live(...WAYS.standby).life;
      const heldIds = new Set<string>();
      let reported = new Set<string>();
      for (let step = 0; step < 100; step++) {
        const id = pick(random, ids);
        const event = pick(random, [held(id), released(id), cleared(id), says(...ids.filter(() => random() < 0.5).map((one) => report(one)))]);
        [life] = transition(life, event);
        if (event.type === "session-held") heldIds.add(id);
        if (event.type === "session-released") heldIds.delete(id);
        if (event.type === "session-cleared") reported.delete(id);
        if (event.type === "sessions-reported") reported = new Set(event.sessions.map(({ sessionId }) => sessionId));
        expect(new Set(life.slots.keys()), `seed ${seed}, step ${step}`).toEqual(heldIds.union(reported));
      }
    }
  });
});
