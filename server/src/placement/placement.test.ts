import { describe, expect, test } from "vitest";
import type { NodeRecord } from "../nodes/node-record.ts";
import { BERLIN, LONDON, MADRID, PARIS, TOKYO, nodeRecord, place, placementNeed } from "../testing/placement-fixtures.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import type { PassedOver, PlacementNeed } from "./need.ts";
import { createPlacementIndex } from "./placement.ts";

/** Never a turn for the little known, and the first of those that are drawn from. */
const noDice = () => 0.999;
const never = (): number => {
  let first = true;
  return first ? ((first = false), 0.5) : 0;
};

function indexOf(...records: NodeRecord[]) {
  const index = createPlacementIndex();
  for (const record of records) index.upsert(record);
  return index;
}
const place1 = (records: NodeRecord[], need: Partial<PlacementNeed> = {}, random = noDice) => indexOf(...records).shortlist(placementNeed(need), random);
function idsOf(result: ReturnType<typeof place1>): string[] {
  return result.type === "shortlist" ? result.candidates.map(({ nodeId }) => nodeId) : [];
}

describe("the filters", () => {
  const GPU = { cpuModel: "test", cpuCores: 8, memoryMb: 16_384, gpu: { model: "test" } };
  /** Each fails one filter, in the order in which they are asked. */
  const FAILURES: readonly [PassedOver, Partial<NodeRecord>][] = [
    ["excluded", { nodeId: "excluded" }],
    ["not-standby", { state: "draining" }],
    ["no-free-slot", { slotsFree: 0 }],
    ["runtime-not-supported", { runtimes: ["web"] }],
    ["title-not-here", { titleIds: [] }],
    ["hardware-too-small", { hardware: { cpuModel: "test", cpuCores: 8, memoryMb: 16_384 } }],
    ["network-too-slow", { uplinkKbps: 5_000 }],
    ["too-far", { location: place(48.9, 24.3, "ZZ", "Nowhere") }],
    ["too-dear", { feePerHourMicros: 900_000 }],
    ["country-not-allowed", { location: place(48.9, 2.4, "ZZ", "Nowhere") }],
    ["region-denied", { location: place(48.9, 2.4, "FR", "Brittany") }],
  ];
  const need: Partial<PlacementNeed> = {
    resources: { cpuCores: 2, memoryMb: 4_096, gpu: true },
    stream: { width: 1280, height: 720, fps: 60, bitrateKbps: 10_000 },
    feeMaxMicros: 500_000,
    latencyLimitMs: 30,
    countriesAllowed: ["FR"],
    regionsDenied: ["FR/Brittany"],
    excludedNodeIds: new Set(["excluded"]),
  };
  const good = nodeRecord("good", { hardware: GPU, location: place(48.9, 2.4, "FR", "Ile-de-France") });

  test("a node that passes all of them is taken", () => {
    const result = place1([good], need);
    expect(idsOf(result)).toEqual(["good"]);
    expect(result.passedOver).toEqual({ outscored: 0 });
  });

  test.each(FAILURES)("%s passes a node over", (reason, changes) => {
    const result = place1([good, { ...good, nodeId: "bad", ...changes }], need);
    expect(idsOf(result)).toEqual(["good"]);
    expect(result.passedOver).toEqual({ [reason]: 1, outscored: 0 });
  });

  const pairs = FAILURES.flatMap(([first, a], index) =>
    FAILURES.slice(index + 1).flatMap(([second, b]) =>
      // Two failures of one field can't be had at once.
      Object.keys(a).some((key) => key in b) ? [] : [{ first, second, changes: { ...b, ...a } }],
    ),
  );
  test.each(pairs)("$first is asked before $second", ({ first, changes }) => {
    expect(place1([{ ...good, nodeId: "bad", ...changes }], need).passedOver).toEqual({ [first]: 1 });
  });

  test("a node whose graphics cards are full takes no title that asks for one, is waited for, and takes any other", () => {
    const full = { ...good, cardsFull: true };
    expect(place1([full], need)).toMatchObject({ type: "none", canRun: true, passedOver: { "no-free-slot": 1 } });
    expect(idsOf(place1([full], { ...need, resources: { cpuCores: 2, memoryMb: 4_096, gpu: false } }))).toEqual(["good"]);
    expect(place1([{ ...good, hardware: { cpuModel: "test", cpuCores: 8, memoryMb: 16_384 } }], need)).toMatchObject({ type: "none", canRun: false });
  });

  test("a title that can be fetched is as good as here, but of equals the node that has it comes first", () => {
    const fetching = nodeRecord("fetching", { titleIds: [], canFetch: true });
    expect(idsOf(place1([fetching]))).toEqual(["fetching"]);
    expect(idsOf(place1([fetching, nodeRecord("ready")]))).toEqual(["ready", "fetching"]);
  });

  test("what a node's other sessions take of its uplink is not counted twice", () => {
    const uplink = { uplinkKbps: 25_000, slots: 4 };
    expect(place1([{ ...good, ...uplink, slotsFree: 3 }], need).type).toBe("shortlist");
    expect(place1([{ ...good, ...uplink, slotsFree: 2 }], need).passedOver).toEqual({ "network-too-slow": 1 });
  });

  test("a node whose encoders can't keep up is passed over, one that has not tried them is not", () => {
    const speed = { frameMsP50: 40, frameMsP95: 45, fpsMax: 22 };
    const encoders: NodeRecord["encoders"] = [{ name: "x264", codec: "H264", hardware: false, opened: true, at720p: speed, at1080p: speed }];
    expect(place1([{ ...good, encoders }], need).passedOver).toEqual({ "network-too-slow": 1 });
    expect(place1([{ ...good, encoders: [] }], need).type).toBe("shortlist");
  });

  // Every node of a machine that was busy while it started was passed over for good.
  test("an encoder that was tried on a busy machine is not held against its node", () => {
    const speed = { frameMsP50: 13, frameMsP95: 185, fpsMax: 5 };
    const encoders: NodeRecord["encoders"] = [{ name: "x264", codec: "H264", hardware: false, opened: true, at720p: speed, at1080p: speed }];
    expect(place1([{ ...good, encoders }], need).type).toBe("shortlist");
  });

  test("a place that nobody knows is no refuge from a deny list", () => {
    const { location: _, ...nowhere } = nodeRecord("nowhere");
    expect(place1([nowhere]).type).toBe("shortlist");
    expect(place1([nowhere], { countriesDenied: ["KP"] }).passedOver).toEqual({ "country-not-allowed": 1 });
    expect(place1([nowhere], { countriesAllowed: ["FR"] }).passedOver).toEqual({ "country-not-allowed": 1 });
    const somewhere = nodeRecord("somewhere", { location: place(48.9, 2.4, "FR") });
    expect(place1([somewhere], { regionsDenied: ["FR/Brittany"] }).passedOver).toEqual({ "region-denied": 1 });
    expect(place1([somewhere], { regionsDenied: ["US/California"] }).type).toBe("shortlist");
  });
});

describe("where nothing can be chosen", () => {
  test("a full network is told from one that could never run the title", () => {
    expect(place1([nodeRecord("a", { slotsFree: 0 })])).toEqual({ type: "none", canRun: true, passedOver: { "no-free-slot": 1 } });
    expect(place1([nodeRecord("a", { state: "offline" })])).toMatchObject({ type: "none", canRun: true });
    expect(place1([nodeRecord("a", { state: "draining" })])).toMatchObject({ type: "none", canRun: false });
    expect(place1([nodeRecord("a", { titleIds: [] })])).toMatchObject({ type: "none", canRun: false });
    // Its device is being played; a node that never had one is none to wait for.
    expect(place1([nodeRecord("a", { runtimes: [], busyRuntimes: [placementNeed().runtime], titleIds: [] })])).toMatchObject({ type: "none", canRun: true });
    expect(place1([nodeRecord("a", { runtimes: [] })])).toMatchObject({ type: "none", canRun: false });
    expect(place1([])).toEqual({ type: "none", canRun: false, passedOver: {} });
  });

  test("waiting helps while the limit may still relax, and not beyond the title's own", () => {
    const far = nodeRecord("far", { location: BERLIN });
    expect(place1([far], { latencyLimitMs: 15 })).toMatchObject({ type: "none", canRun: true });
    expect(place1([far], { latencyLimitMs: 15, latencyCapMs: 80 })).toMatchObject({ type: "none", canRun: true });
    expect(place1([far], { latencyLimitMs: 15, latencyCapMs: 16 })).toMatchObject({ type: "none", canRun: false });
  });
});

describe("the round trip", () => {
  test("the nearer of two equal nodes comes first", () => {
    const nodes = [nodeRecord("berlin", { location: BERLIN }), nodeRecord("london", { location: LONDON }), nodeRecord("madrid", { location: MADRID })];
    expect(idsOf(place1(nodes, { policy: "best-experience" }))[0]).toBe("london");
  });

  test("a node next door that takes the long way round is known by the probe points", () => {
    const london = nodeRecord("london", { location: LONDON, rttVector: { "probe-paris": 60, "probe-london": 48 } });
    const berlin = nodeRecord("berlin", { location: BERLIN, rttVector: { "probe-paris": 19, "probe-london": 25 } });
    const need = { policy: "best-experience", latencyLimitMs: 80 } as const;
    expect(idsOf(place1([london, berlin], need))[0]).toBe("london");
    const seen = place1([london, berlin], { ...need, rttVector: { "probe-paris": 6, "probe-london": 14 } });
    expect(idsOf(seen)[0]).toBe("berlin");
    expect(seen).toMatchObject({ candidates: [{ terms: { rttSource: "vectors" } }, { terms: { rttMs: 54 } }] });
  });

  test("nothing is believed to be faster than light", () => {
    // It claims to be next to every probe point.
    const liar = nodeRecord("liar", { location: TOKYO, rttVector: { p: 0.1 } });
    expect(place1([liar], { rttVector: { p: 3 } }).passedOver).toEqual({ "too-far": 1 });
  });

  test("what a media path has shown counts for more than all else", () => {
    const nodes = [nodeRecord("london", { location: LONDON }), nodeRecord("berlin", { location: BERLIN })];
    const result = place1(nodes, { policy: "best-experience", measuredRttMs: new Map([["london", 39], ["berlin", 14]]) });
    expect(result).toMatchObject({ candidates: [{ nodeId: "berlin", terms: { rttMs: 14, rttSource: "measured" } }, { nodeId: "london" }] });
    expect(place1(nodes, { measuredRttMs: new Map([["london", 41]]) }).passedOver).toMatchObject({ "too-far": 1 });
  });

  test("a player who may be anywhere in a large country is refused no node of it", () => {
    const vague = place(39, -98, "US", "", 2_000);
    const seattle = nodeRecord("seattle", { location: place(47.6, -122.3, "US") });
    expect(place1([seattle], { location: vague, latencyLimitMs: 30 }).type).toBe("shortlist");
    expect(place1([seattle], { location: { ...vague, accuracyKm: 50 }, latencyLimitMs: 30 }).type).toBe("none");
  });

  test("where nobody knows where anybody is, a node is still found", () => {
    const { location: _, ...node } = nodeRecord("here");
    const { location: __, ...need } = placementNeed();
    const index = indexOf(node);
    expect(index.shortlist(need, noDice)).toMatchObject({ type: "shortlist", candidates: [{ nodeId: "here", terms: { rttSource: "unknown" } }] });
    expect(index.shortlist(placementNeed(), noDice).type).toBe("shortlist");
  });
});

describe("the policies", () => {
  const near = nodeRecord("near", { location: PARIS, feePerHourMicros: 300_000 });
  const cheap = nodeRecord("cheap", { location: MADRID, feePerHourMicros: 100_000 });
  const shaky = nodeRecord("shaky", {
    location: PARIS,
    feePerHourMicros: 90_000,
    record: { sessionsEnded: 500, sessionsFailedByHost: 150, sessionsLast7Days: 100, uptimeShare: 0.8, captureEncodeMs: 8 },
  });
  test.each([
    ["lowest-fee", "shaky"],
    ["best-experience", "near"],
    ["overall", "cheap"],
  ] as const)("%s takes %s", (policy, nodeId) => {
    expect(idsOf(place1([near, cheap, shaky], { policy }))[0]).toBe(nodeId);
  });

  test("the cheapest is not taken where play would not be acceptable", () => {
    const far = nodeRecord("far", { location: place(-33.9, 151.2, "AU"), feePerHourMicros: 1 });
    const need = { policy: "lowest-fee", latencyLimitMs: 400 } as const;
    expect(idsOf(place1([far, near], need))[0]).toBe("near");
    expect(idsOf(place1([far], need))).toEqual(["far"]);
  });
});

describe("a started copy of the title", () => {
  const cold = (nodeId: string, changes: Partial<NodeRecord> = {}) => nodeRecord(nodeId, { location: place(48.9, 2.4, "FR"), ...changes });
  const warm = (nodeId: string, changes: Partial<NodeRecord> = {}) => cold(nodeId, { warmTitleIds: ["doom"], ...changes });

  test("decides between equals, whatever the dice say, and is told as the reason", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const result = place1([cold("a"), cold("b"), warm("w"), cold("c")], {}, seededRandom(seed));
      if (result.type !== "shortlist" || result.candidates[0]?.because === "little-known") continue;
      expect(result.candidates[0]).toMatchObject({ nodeId: "w", terms: { titleWarm: true } });
      expect(result.candidates[0]?.reasons.join(" ")).toMatch(/started there already|No other node scores higher/);
    }
  });

  test("of another title, or one that has been taken, is nothing", () => {
    const index = indexOf(cold("near", { location: PARIS }), warm("w", { warmTitleIds: ["quake"] }));
    index.upsert(warm("w"));
    index.upsert(cold("w"));
    const result = index.shortlist(placementNeed(), noDice);
    expect(result.type === "shortlist" && result.candidates.every(({ terms }) => !terms.titleWarm)).toBe(true);
  });

  test("does not outweigh what is felt: a nearer node comes first", () => {
    expect(idsOf(place1([cold("near", { location: PARIS }), warm("far", { location: BERLIN })]))[0]).toBe("near");
  });

  test("passes no filter that others don't", () => {
    expect(idsOf(place1([cold("a"), warm("w", { slotsFree: 0 }), warm("x", { state: "draining" }), warm("y", { feePerHourMicros: 9e9 })], { feeMaxMicros: 500_000 }))).toEqual(["a"]);
  });

  test("is found among thousands of equals", () => {
    const many = Array.from({ length: 3_000 }, (_, n) => cold(`n${n}`, { address: `203.0.${n >> 8}.${n & 255}` }));
    expect(idsOf(place1([...many, warm("w")]))[0]).toBe("w");
  });

  test("is found nearby, however many wait far away", () => {
    const far = Array.from({ length: 600 }, (_, n) => warm(`f${n}`, { location: BERLIN }));
    const near = Array.from({ length: 600 }, (_, n) => cold(`n${n}`));
    expect(idsOf(place1([...far, ...near, warm("w")]))[0]).toBe("w");
  });
});

test("the others on the list are on other paths", () => {
  const rack = ["a", "b", "c", "d"].map((id) => nodeRecord(id, { address: `198.51.100.${id.charCodeAt(0)}` }));
  const elsewhere = nodeRecord("elsewhere", { location: LONDON, address: "192.0.2.1" });
  const ids = idsOf(place1([...rack, elsewhere], {}, never));
  expect(ids).toHaveLength(3);
  expect(ids[1]).toBe("elsewhere");
});

test("a tenth of the draws goes to nodes that are little known", () => {
  const known = Array.from({ length: 20 }, (_, n) => nodeRecord(`known-${n}`));
  const fresh = nodeRecord("fresh", { record: { sessionsEnded: 2, sessionsFailedByHost: 0, sessionsLast7Days: 2, uptimeShare: 1 }, feePerHourMicros: 150_000 });
  const index = indexOf(...known, fresh);
  const random = seededRandom(7);
  let drawn = 0;
  for (let n = 0; n < 5_000; n++) {
    const result = index.shortlist(placementNeed(), random);
    if (result.type === "shortlist" && result.candidates[0]?.nodeId === "fresh") drawn++;
  }
  expect(drawn / 5_000).toBeGreaterThan(0.085);
  expect(drawn / 5_000).toBeLessThan(0.115);
});

test("equals are drawn alike, and the same dice give the same list", () => {
  const equals = Array.from({ length: 4 }, (_, n) => nodeRecord(`node-${n}`));
  const draw = (seed: number) => {
    const index = indexOf(...equals);
    const random = seededRandom(seed);
    return Array.from({ length: 2_000 }, () => idsOf(index.shortlist(placementNeed(), random))[0]);
  };
  const first = draw(1);
  for (const { nodeId } of equals) {
    expect(first.filter((id) => id === nodeId).length).toBeGreaterThan(420);
  }
  expect(draw(1)).toEqual(first);
  expect(draw(2)).not.toEqual(first);
});

test("a choice says why", () => {
  const result = place1([nodeRecord("here")]);
  expect(result).toMatchObject({
    candidates: [{ because: "best-score", reasons: [
      "No other node scores higher.",
      expect.stringContaining("by distance"),
      "500 sessions ended, 0 by the host's fault: 99.3 % sure to end well.",
      expect.stringMatching(/^Asks 100000 an hour: (99|100) of 100 for its price\.$/),
    ] }],
  });
});
