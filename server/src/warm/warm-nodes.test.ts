import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import type { ServerToNode } from "@nearframe/shared/protocol/server-to-node";
import type { Title } from "@nearframe/shared/title/manifest";
import type { NodeRecord } from "../nodes/node-record.ts";
import { addRequest, type Demand } from "../queue/warm-pool.ts";
import { title } from "../testing/fixtures.ts";
import { nodeRecord, PARIS, TOKYO } from "../testing/placement-fixtures.ts";
import { planWarm, regionOf } from "./plan-warm.ts";
import { openWarmNodes, PLAN_INTERVAL_MS } from "./warm-nodes.ts";

const doom = title({ id: "doom" });
const online = title({ id: "online", resources: { cpuCores: 1, memoryMb: 256, gpu: false, network: true } });
const titles = new Map([doom, online].map((one) => [one.manifest.id, one]));
const find = (titleId: string): Title | undefined => titles.get(titleId);

function demandFor(titleId: string, node: NodeRecord, requests = 3): Demand {
  const key = { titleId, region: regionOf(node) };
  let demand: Demand | undefined;
  for (let i = 0; i < requests; i++) demand = addRequest(demand, key, 0);
  if (!demand) throw new Error("no requests");
  return demand;
}

describe("the plan", () => {
  test("keeps what was asked for, in half of the slots that are free, near those who asked", () => {
    const [paris, tokyo] = [nodeRecord("paris"), nodeRecord("tokyo", { location: TOKYO })];
    expect(Object.fromEntries(planWarm([demandFor("doom", paris)], [paris, tokyo], find, 0))).toEqual({ paris: [{ titleId: "doom", count: 1 }] });
  });

  test("spreads copies over the nodes of a region, each title in an order of its own that stays", () => {
    const nodes = ["a", "b", "c"].map((id) => nodeRecord(id));
    const [first] = nodes;
    if (!first) throw new Error("no nodes");
    const plan = (among: NodeRecord[]) => planWarm([demandFor("doom", first, 60)], among, find, 0);
    expect([...plan(nodes).values()].flat()).toEqual([{ titleId: "doom", count: 1 }, { titleId: "doom", count: 1 }, { titleId: "doom", count: 1 }]);
    expect([...plan(nodes.toReversed()).keys()]).toEqual([...plan(nodes).keys()]);
  });

  test.each([
    ["a node that takes no sessions", { state: "draining" as const }],
    ["a node whose slots are taken", { slotsFree: 0 }],
    ["a node that can't run it", { runtimes: [] }],
    ["a node that has not got it and can't fetch", { titleIds: [] }],
  ])("asks nothing of %s", (_, change) => {
    const node = nodeRecord("n1", change);
    expect(planWarm([demandFor("doom", node)], [node], find, 0).size).toBe(0);
  });

  test("freezes no title that speaks to others, and none that is not there", () => {
    const node = nodeRecord("n1", { titleIds: ["online", "gone"] });
    expect(planWarm([demandFor("online", node), demandFor("gone", node)], [node], find, 0).size).toBe(0);
  });

  test("forgets a title that nobody has asked for in hours", () => {
    const node = nodeRecord("n1");
    expect(planWarm([demandFor("doom", node)], [node], find, 3 * 3_600_000).size).toBe(0);
  });
});

describe("nodes are told", () => {
  let scope: Scope;
  beforeEach(() => {
    vi.useFakeTimers();
    scope = new Scope();
  });
  afterEach(async () => {
    await scope.close();
    vi.useRealTimers();
  });

  async function rig(node: NodeRecord) {
    const sent: ServerToNode[] = [];
    let heard: (request: { titleId: string; region: string }) => void = () => {};
    let linked = true;
    let nowMs = 0;
    const warm = await openWarmNodes(
      {
        clock: { monotonicMs: () => nowMs, wallMs: () => nowMs },
        bus: {
          publish: (_, message) => heard(message as { titleId: string; region: string }),
          subscribe: async (_, __, handler) => void (heard = handler as typeof heard),
        },
        serverId: "server-1",
        titles: { find, source: () => ({ ticket: `ticket-${nowMs}`, digest: "d".repeat(64) }) },
        records: () => [node],
        record: (nodeId) => (nodeId === node.nodeId ? node : undefined),
        send: (_, message) => linked && sent.push(message) > 0,
      },
      scope,
    );
    const pass = (ms = PLAN_INTERVAL_MS) => {
      nowMs += ms;
      vi.advanceTimersByTime(PLAN_INTERVAL_MS);
      return sent.splice(0);
    };
    return { warm, pass, link: (up: boolean) => void (linked = up) };
  }

  test("once for each change, whatever becomes of tickets", async () => {
    const { warm, pass } = await rig(nodeRecord("n1"));
    expect(pass()).toEqual([{ type: "node.warm", targets: [] }]);
    warm.noteStart("n1", "doom");
    warm.noteStart("unknown", "doom");
    expect(pass()).toMatchObject([{ type: "node.warm", targets: [{ title: doom, count: 1, source: {} }] }]);
    expect(pass()).toEqual([]);
    expect(pass(3 * 3_600_000)).toEqual([{ type: "node.warm", targets: [] }]);
  });

  test("again when they have registered anew, or did not hear it", async () => {
    const { warm, pass, link } = await rig(nodeRecord("n1", { location: PARIS }));
    warm.noteStart("n1", "doom");
    link(false);
    expect(pass()).toEqual([]);
    link(true);
    expect(pass()).toHaveLength(1);
    warm.forget("n1");
    expect(pass()).toHaveLength(1);
  });

  test("to fetch first what they lack, once", async () => {
    const { warm, pass } = await rig(nodeRecord("n1", { titleIds: [], canFetch: true }));
    warm.noteStart("n1", "doom");
    expect(pass()).toMatchObject([{ type: "title.fetch", title: doom }, { type: "node.warm", targets: [] }]);
    expect(pass()).toEqual([]);
  });

  test("by their home only", async () => {
    const { warm, pass } = await rig(nodeRecord("n1", { homeServerId: "server-2" }));
    warm.noteStart("n1", "doom");
    expect(pass()).toEqual([]);
  });
});
