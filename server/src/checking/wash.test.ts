import { afterEach, describe, expect, test, vi } from "vitest";
import { device, minuteRecord } from "../testing/fixtures.ts";
import { createCheckingWorld, nodeRecord, type CheckingWorld } from "./testing/checking-world.ts";
import { unrealInput, washNetworkOf, washReasons } from "./wash.ts";

describe("a session's input", () => {
  const of = (minutes: number, count: (minute: number) => number) => unrealInput({ inputs: Array.from({ length: minutes }, (_, minute) => count(minute)), pictures: minutes * 3_600 });
  test.each([
    ["nothing", of(2, () => 0), "no-input"],
    ["nothing, but too short to say so", of(1, () => 0), undefined],
    ["a touch now and then", of(30, (minute) => (minute % 5 === 0 ? 3 : 0)), undefined],
    ["the same each minute", of(20, () => 100), "looped-input"],
    ["a round of seven minutes", of(40, (minute) => 20 + 30 * (minute % 7)), "looped-input"],
    ["the same, but too few to tell it from chance", of(40, () => 5), undefined],
    ["a stick that is held", of(40, () => 3_580), undefined],
    ["what differs", of(40, (minute) => 50 + ((minute * minute * 31) % 83)), undefined],
  ])("%s", (_name, found, expected) => expect(found).toBe(expected));
});

test("addresses of a house or a carrier's inside are nobody's own network", () => {
  expect(["192.168.1.7", "10.0.0.2", "100.64.3.1", "127.0.0.1", "fe80::1", "nonsense"].map(washNetworkOf)).toEqual(Array(6).fill(undefined));
  expect([washNetworkOf("20.1.2.3"), washNetworkOf("2a02:1234::1")]).toEqual(["v4-20.1", "v6-2a021234"]);
});

describe("play that a host makes up", () => {
  let world: CheckingWorld;
  afterEach(async () => {
    await world.scope.close();
    vi.useRealTimers();
  });

  const HOUR_MS = 3_600_000;

  async function hourOfPlay(sessionId: string, playerId: string, networkId: string, nodeId: string, inputs: number, hoursAgo: number): Promise<void> {
    const beganAtMs = Date.now() - hoursAgo * HOUR_MS;
    await world.store.saveSession({
      id: sessionId, playerId, titleId: "t", device, state: "ended", lease: { nodeId, slot: 0, epoch: 1 }, requestedAtMs: beganAtMs,
      played: { sinceMs: beganAtMs, meteredMs: HOUR_MS, runningSinceMs: undefined }, end: { reason: "player-left", detail: undefined, atMs: beganAtMs + HOUR_MS }, term: 1,
    }, []);
    const minutes = Array.from({ length: 60 }, (_, minute) =>
      minuteRecord({ minute, beganAtMs: beganAtMs + minute * 60_000, mos: 4.4, clickToPhotonCount: inputs === 0 ? 0 : inputs + ((minute * minute * 31) % 83) }, {
        sessionId, nodeId,
        reports: {
          playerId, networkId, check: false,
          player: { lossShare: 0, framesShown: 3_600, framesDropped: 0, freezeMs: 0 },
          node: { targetFps: 60, sentFps: 60, captureWaitMsP95: 2, encodeMsP95: 4, neededKbps: 1_700 },
        },
      }));
    await world.store.saveMinutes(minutes);
    await world.store.addNodeDays([{ nodeId, atMs: beganAtMs, linkedMs: HOUR_MS, sessionsEnded: 1, sessionsFailedByHost: 0 }]);
  }

  /** Five hours of it on the one node, and an hour that is real. */
  async function begin() {
    world = await createCheckingWorld();
    world.nodes.set("node-1", nodeRecord("node-1", { address: "20.1.2.3" }));
    world.nodes.set("node-2", nodeRecord("node-2", { address: "30.1.2.3" }));
    const { checking } = await world.server("s1");
    for (const hour of [2, 3, 4, 5, 6]) await hourOfPlay(`made-up-${hour}`, `own-${hour}`, "v4-20.1", "node-1", 0, hour);
    await hourOfPlay("real", "stranger", "v4-40.1", "node-1", 60, 7);
    return checking;
  }

  test("may be appealed against: marks are lifted where nothing of the play looks made up any more, and only there", async () => {
    const checking = await begin();
    await world.passEpochs(1);
    // Two of the five turn out to play on others' nodes as well.
    for (const hour of [2, 3]) await hourOfPlay(`elsewhere-${hour}`, `own-${hour}`, "v4-20.1", "node-2", 60, 1);
    checking.appeal("node-1", "two of them are my children");
    await vi.advanceTimersByTimeAsync(60_000);
    const [after] = await world.store.standings(["node-1"]);
    expect(after).toMatchObject({ appeal: { state: "upheld" }, wash: { minutes: 180, ofMinutes: 360 } });
    expect(after?.score?.reasons.join()).toContain("180 of 360 minutes of play in a week count for nothing");
    expect((await world.store.playedMinutes(["node-1"], 0))[0]?.good).toBe(180);
  });

  test("is granted to all of an operator's nodes that ask at once, and once: also where the referee dies before it has told of it", async () => {
    const checking = await begin();
    for (const nodeId of ["node-1", "node-3"]) world.nodes.set(nodeId, nodeRecord(nodeId, { address: "20.1.2.3", operatorId: "family" }));
    for (const hour of [2, 3, 4, 5, 6]) await hourOfPlay(`too-${hour}`, `own-${hour}`, "v4-20.1", "node-3", 0, hour);
    await world.passEpochs(1);
    for (const hour of [2, 3, 4, 5, 6]) await hourOfPlay(`elsewhere-${hour}`, `own-${hour}`, "v4-20.1", "node-2", 60, 1);
    const save = world.store.saveStandings;
    let deaths = 0;
    vi.spyOn(world.store, "saveStandings").mockImplementation(async (standings) => {
      if (deaths === 0 && standings.some(({ appeal }) => appeal && appeal.state !== "asked")) {
        deaths += 1;
        throw new Error("it dies here");
      }
      return save(standings);
    });
    for (const nodeId of ["node-1", "node-3"]) checking.appeal(nodeId, "they are my children");
    await vi.advanceTimersByTimeAsync(120_000);
    const after = await world.store.standings(["node-1", "node-3"]);
    expect([deaths, ...after.map(({ appeal, wash }) => [appeal?.state, wash])]).toEqual([1, ["upheld", undefined], ["upheld", undefined]]);
    expect((await world.store.playedMinutes(["node-1", "node-3"], 0)).map(({ good }) => good)).toEqual([360, 300]);
  });

  test("stays marked on an appeal of which nothing has become known since", async () => {
    const checking = await begin();
    await world.passEpochs(1);
    checking.appeal("node-1", "it was real");
    // Against nothing.
    checking.appeal("node-2", "please");
    await vi.advanceTimersByTimeAsync(60_000);
    const [washed, other] = await world.store.standings(["node-1", "node-2"]);
    expect(washed).toMatchObject({ appeal: { state: "rejected", reason: "it was real" }, wash: { minutes: 300 } });
    expect(other?.appeal).toBeUndefined();
    expect((await world.store.playedMinutes(["node-1"], 0))[0]?.good).toBe(60);
  });

  test("counts neither for its node's score nor in its record, and its host is told; of another's node nothing changes", async () => {
    await begin();
    for (const hour of [2, 3, 4, 5, 6]) await hourOfPlay(`other-${hour}`, `fan-${hour}`, "v4-50.1", "node-2", 60, hour);
    const recordOf = async (nodeId: string) => (await world.store.nodeTotals([nodeId], { sinceMs: 0, recentSinceMs: 0 }))[0]?.sessionsEnded;
    expect([await recordOf("node-1"), await recordOf("node-2")]).toEqual([6, 5]);

    await world.passEpochs(1);

    const [washed, other] = await world.store.standings(["node-1", "node-2"]);
    expect(washed?.wash).toMatchObject({ minutes: 300, ofMinutes: 360, reasons: ["nowhere-else", "no-input", "own-network", "few-players"] });
    expect(washed?.score?.reasons).toContain("300 of 360 minutes of play in a week count for nothing: by players of no other host, without input, from the node's own network, by few players");
    expect(washed?.suspicions).toEqual([]);
    expect(other).not.toHaveProperty("wash");
    const [counted, counted2] = [...(await world.store.playedMinutes(["node-1"], 0)), ...(await world.store.playedMinutes(["node-2"], 0))];
    expect([counted?.good, counted2?.good]).toEqual([60, 300]);
    expect([await recordOf("node-1"), await recordOf("node-2")]).toEqual([1, 5]);
    expect(washReasons(washed ?? {}, Date.now() + 31 * 24 * HOUR_MS, 30 * 24 * HOUR_MS)).toEqual([]);
  });

  test("is not looked for on nodes of who runs the servers", async () => {
    world = await createCheckingWorld();
    world.nodes.set("node-1", nodeRecord("node-1", { address: "20.1.2.3", trusted: true }));
    await world.server("s1");
    for (const hour of [2, 3, 4, 5, 6]) await hourOfPlay(`own-${hour}`, "me", "v4-20.1", "node-1", 0, hour);
    await world.passEpochs(1);
    expect((await world.store.standings(["node-1"]))[0]?.score).toBeDefined();
    expect((await world.store.playedMinutes(["node-1"], 0))[0]?.good).toBe(300);
  });
});
