import type { MinuteReports } from "@nearframe/shared/checking/fuse-minute";
import { AUDIT_RULES } from "@nearframe/shared/checking/audits";
import { auditDigestOf, verifyEpoch, type PublishedEpoch } from "@nearframe/shared/checking/published";
import { afterEach, describe, expect, test, vi } from "vitest";
import { minuteRecord } from "../testing/fixtures.ts";
import { findAuditSecret } from "./audit.ts";
import { verifySignature } from "./checker-door.ts";
import { makeCheckingKey } from "./checking-key.ts";
import { CLEARS_TO_RETURN } from "./limits.ts";
import { CODED_FRAME, createCheckingWorld, MEDIA_PORT, nodeRecord, PICTURE_DIGEST, well, type CheckingWorld, type See } from "./testing/checking-world.ts";

vi.setConfig({ testTimeout: 60_000 });

let world: CheckingWorld;
afterEach(async () => {
  await world.scope.close();
  vi.useRealTimers();
});

const slowMachine: See = (assignment) => (assignment.kind === "capacity" ? { kind: "capacity", claimedFps: 120, measuredFps: 30 } : well(assignment));

async function begin(count: number, see: (index: number) => See = () => well, options = {}) {
  world = await createCheckingWorld(options);
  const server = await world.server("s1");
  const checkers = Array.from({ length: count }, (_, index) => world.checker(server.checking, index, see(index)));
  return { server, checkers };
}

describe("an epoch", () => {
  test("is published with its reports, and judged again gives the same; the next is chained to it", async () => {
    await begin(5);
    await world.passEpochs(2);
    const [first, second] = await world.closedEpochs();
    for (const [published, before] of [[first!, undefined], [second!, first]] as const) {
      const { broken, verdicts } = verifyEpoch(published, verifySignature, before);
      expect(broken).toEqual([]);
      expect(verdicts.length).toBeGreaterThan(0);
      expect(verdicts.every(({ matches, published: { outcome } }) => matches && outcome === "clear")).toBe(true);
    }
    expect(first!.verdicts.find(({ taskId }) => taskId.includes("liveness"))).toMatchObject({ nodeId: "node-1", absent: [], agreeing: { length: 5 }, evidence: { length: 5 } });
    expect(second!.previousEpoch).toBe(first!.epoch);
    expect(Math.min(...second!.checkers.map(({ weight }) => weight))).toBeGreaterThan(Math.max(...first!.checkers.map(({ weight }) => weight)));
    expect(world.checked.get("node-1")?.honesty).toBe(1);
  });

  test("that was changed afterwards is found out, wherever it was changed", async () => {
    await begin(5);
    await world.passEpochs(2);
    const [first, second] = await world.closedEpochs();
    const changes: ((set: typeof first & object) => void)[] = [
      (set) => void (set.reveals[0]!.report.observation = { kind: "liveness", heartbeatAgeMs: 600_000 }),
      (set) => void set.seals.pop(),
      (set) => void (set.checkers[0]!.weight = 1),
      (set) => void set.checkers.pop(),
      (set) => void (set.verdicts[0]!.outcome = "faulty"),
      (set) => void set.verdicts.pop(),
      (set) => void (set.tasks[0]!.operatorId = "other"),
      (set) => void (set.seed = "0".repeat(64)),
    ];
    for (const change of changes) {
      const copied = structuredClone(first!);
      change(copied);
      expect(verifyEpoch(copied, verifySignature).broken).not.toEqual([]);
      expect(verifyEpoch(second!, verifySignature, copied).broken).toEqual([expect.stringContaining("is not what it was")]);
    }
    // The servers themselves can't: a report that they signed over in the checker's name does not count, and the verdict changes.
    expect(verifyEpoch(first!, verifySignature, undefined, "another-key").broken).toEqual([expect.stringContaining("another key")]);
  });

  test("is not opened where nobody checks", async () => {
    await begin(0);
    await world.passEpochs(3);
    expect(await world.closedEpochs()).toEqual([]);
    expect(await world.store.openEpochs()).toEqual([]);
  });

  test("asks others in the place of those who are silent, fail or go away", async () => {
    const { checkers } = await begin(9, (index) => (index === 0 ? ({ kind }) => (kind === "liveness" ? "silent" : "fails") : index === 1 ? () => "fails" : well));
    await vi.advanceTimersByTimeAsync(12_000);
    checkers[2]!.leave();
    await world.passEpochs(1);
    const [published] = await world.closedEpochs();
    const out = new Set(checkers.slice(0, 3).map(({ checkerId }) => checkerId));
    for (const verdict of published!.verdicts) {
      expect(verdict.outcome).toBe("clear");
      // Who has sealed and goes before it opens its report was there in vain.
      expect(verdict.absent.filter((checkerId) => checkerId !== checkers[2]!.checkerId)).toEqual([]);
      expect(verdict.agreeing.filter((checkerId) => out.has(checkerId))).toEqual([]);
    }
    expect(verifyEpoch(published!, verifySignature).broken).toEqual([]);
  });

  test("takes no seal of another's, none twice, and no report before its time", async () => {
    const { server, checkers } = await begin(5);
    await vi.advanceTimersByTimeAsync(30_000);
    const [thief, victim] = checkers as [(typeof checkers)[0], (typeof checkers)[0]];
    const [{ events }] = (await world.store.openEpochs()).map(({ batches }) => ({ events: batches.flat() })) as [{ events: { type: string; seal?: object }[] }];
    const sealed = events.flatMap((event) => (event.type === "sealed" ? [event.seal as { checkerId: string; epoch: number; taskId: string }] : []));
    const of = sealed.find(({ checkerId }) => checkerId === victim.checkerId)!;
    const forged = thief.signed({ type: "check.seal" as const, epoch: of.epoch, taskId: of.taskId, checkerId: victim.checkerId, digest: "0".repeat(64) });
    server.checking.home.handle(thief.checkerId, { type: "checker.seal", seal: forged });
    const again = victim.signed({ type: "check.seal" as const, epoch: of.epoch, taskId: of.taskId, checkerId: victim.checkerId, digest: "0".repeat(64) });
    server.checking.home.handle(victim.checkerId, { type: "checker.seal", seal: again });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(thief.heard.at(-1)).toMatchObject({ type: "checker.refused", reason: "it is not signed by your key" });
    expect(victim.heard.at(-1)).toMatchObject({ type: "checker.refused", reason: "a report is sealed once" });
  });
});

describe("an audit", () => {
  const SEED = "5".repeat(64);
  const RARE = new Set(["location", "simulated-player"]);
  const PLACE = { latitude: 52.5, longitude: 13.4, country: "DE", region: "BE", accuracyKm: 20 };
  /** Asks the node, and looks at what it gets. */
  const looks: See = async (assignment, _, ask, silent) => {
    const seen = well(assignment);
    if (silent && seen.kind === "simulated-player") {
      const { startupMs: _never, ...nothing } = seen;
      return nothing;
    }
    if (assignment.kind === "liveness" || assignment.kind === "location") {
      const opened = await ask({ call: "media-port" });
      const answers = opened.ok && opened.answer.call === "media-port" && opened.answer.port.password === MEDIA_PORT.password;
      if (answers) return well(assignment);
      return assignment.kind === "liveness" ? { kind: "liveness", heartbeatAgeMs: 0 } : { kind: "location", distanceKm: 0, neighboursRoundTripMs: [1] };
    }
    if (assignment.kind !== "capacity") return well(assignment);
    const started = await ask({ call: "benchmark.start", benchmarkId: "b", seed: SEED });
    const shown = await ask({ call: "benchmark.show", benchmarkId: "b", frame: 0 });
    const right =
      started.ok && started.answer.call === "benchmark.start" && started.answer.pictureDigests[0] === PICTURE_DIGEST &&
      shown.ok && shown.answer.call === "benchmark.show" && shown.answer.data === CODED_FRAME;
    return right ? well(assignment) : { kind: "capacity", claimedFps: 120 };
  };
  const isAudit = ({ audit }: { audit?: unknown }) => audit !== undefined;

  test("catches who does not look, costs the node nothing, and can be drawn again by anybody once it is over", async () => {
    const { checkers } = await begin(6, (index) => (index === 0 ? (assignment) => well(assignment) : looks), { audits: true, playMeanMs: 1 });
    const lazyId = checkers[0]!.checkerId;
    const missed = ({ tasks, verdicts }: PublishedEpoch) =>
      verdicts.filter(({ taskId, dissenting }) => dissenting.includes(lazyId) && tasks.some((task) => task.taskId === taskId && isAudit(task)));
    let epochs = await world.closedEpochs();
    // A node's first epoch has its first benchmark; one in ten of those is an audit, as of looks for its place, one in fifty of its plays, and one in a hundred of all knocks.
    const kindsAudited = () => new Set(epochs.flatMap(({ tasks }) => tasks.flatMap(({ check, audit }) => (audit === undefined ? [] : [check]))));
    for (let count = 1; count <= 150 && (epochs.flatMap(missed).length < 2 || !kindsAudited().isSupersetOf(RARE)); count += 1) {
      world.nodes.clear();
      for (const letter of "abc") world.nodes.set(`${letter}-${count}`, nodeRecord(`${letter}-${count}`, { location: PLACE }));
      await world.passEpochs(1);
      epochs = await world.closedEpochs();
    }
    expect(epochs.flatMap(missed).length).toBeGreaterThanOrEqual(2);
    for (const [index, epoch] of epochs.entries()) {
      const { broken, verdicts } = verifyEpoch(epoch, verifySignature, epochs[index - 1]);
      expect(broken).toEqual([]);
      for (const { published, matches } of verdicts) {
        expect(matches).toBe(true);
        expect(published.dissenting.filter((checkerId) => checkerId !== lazyId)).toEqual([]);
      }
    }
    expect(kindsAudited().isSupersetOf(RARE)).toBe(true);
    // The first epoch has nothing before it that could have told of a secret.
    expect(epochs[0]!.tasks.filter(isAudit)).toEqual([]);
    const [lazy] = await world.store.reporters([lazyId]);
    expect(lazy?.bannedUntilMs).toBeGreaterThan(Date.now());
    const others = await world.store.reporters(checkers.slice(1).map(({ checkerId }) => checkerId));
    expect(others.filter(({ disagreed, bannedUntilMs }) => disagreed > 0 || bannedUntilMs !== undefined)).toEqual([]);
    expect((await world.store.standings()).flatMap(({ suspicions }) => suspicions)).toEqual([]);
    expect((await world.store.keptVerdicts({ sinceMs: 0, newestMax: 10_000 })).filter(({ outcome }) => outcome === "faulty")).toEqual([]);

    const at = epochs.findIndex(({ tasks }) => tasks.some(isAudit));
    const [audited, before] = [epochs[at]!, epochs[at - 1]!];
    const changed = (change: (set: PublishedEpoch) => void) => {
      const copied = structuredClone(audited);
      change(copied);
      return verifyEpoch(copied, verifySignature, before).broken.join("; ");
    };
    expect(changed((set) => set.tasks.forEach((task) => delete task.audit))).toContain("was drawn as an audit, and is not called one");
    expect(changed((set) => set.tasks.forEach((task) => (task.audit = "few-frames")))).toContain("is called an audit, and was not drawn as one");
    expect(changed((set) => void (set.auditSecret = "another secret, with which other tasks are drawn"))).toContain("drawn by another secret");
    expect(changed((set) => void delete set.auditRules)).toContain("or other rules");
    expect(changed((set) => void delete set.auditSecret)).toContain("is called an audit, and was not drawn as one");
  });

  test("is drawn by what the epoch before told of: by an older version's rules after that version's, and by none where it told of nothing", async () => {
    const key = makeCheckingKey("a secret of all servers");
    const find = (document: object | undefined) => findAuditSecret({ key, store: { findEpoch: async () => document && JSON.stringify(document) } }, 7);
    expect(await find(undefined)).toBeUndefined();
    expect(await find({ type: "checking.epoch" })).toBeUndefined();
    expect(await find({ nextAuditDigest: auditDigestOf(makeCheckingKey("another").auditSecretAfter(7), 2) })).toBeUndefined();
    const secret = key.auditSecretAfter(7);
    for (const rules of AUDIT_RULES) expect(await find({ nextAuditDigest: auditDigestOf(secret, rules) })).toEqual({ secret, rules });
    expect(key.auditSecretAfter(8)).not.toBe(key.auditSecretAfter(7));
    await begin(0);
  });
});

describe("a play", () => {
  test("is a guest's, whose pin every server knows before the checker does", async () => {
    const { server, checkers } = await begin(5, () => well, { playMeanMs: 1 });
    const other = await world.server("s2");
    await world.passEpochs(1);
    const tasks = checkers.flatMap(({ heard }) => heard.filter((message) => message.type === "checker.task" && message.assignment.kind === "simulated-player"));
    expect(tasks).toHaveLength(5);
    expect(new Set(tasks.map((task) => (task.type === "checker.task" ? task.token : ""))).size).toBe(5);
    const playerId = world.guests.at(-1)!;
    expect(other.pins.find(playerId)).toEqual(server.pins.find(playerId));
    const [published] = await world.closedEpochs();
    expect(published!.verdicts.find(({ taskId }) => taskId.includes("simulated-player"))?.outcome).toBe("clear");
    // No token of a guest is published.
    expect(JSON.stringify(published)).not.toContain("token-");
  });
});

test("a player's minute waits for what checkers saw on the node meanwhile, and is judged with it", async () => {
  const slowPlay: See = (assignment) => {
    const seen = well(assignment);
    return seen.kind === "simulated-player" ? { ...seen, distinctFps: 30 } : seen;
  };
  const { checkers } = await begin(5, () => slowPlay, { playMeanMs: 1 });
  const asked = () => checkers.some(({ heard }) => heard.some((message) => message.type === "checker.task" && message.assignment.kind === "simulated-player"));
  while (!asked()) await vi.advanceTimersByTimeAsync(1_000);
  const reports: MinuteReports = {
    playerId: "p1", networkId: "v4-1.2", check: false,
    player: { lossShare: 0, roundTripMsP95: 12, roundTripMsLeast: 10, decodeMsP95: 3, framesShown: 1_700, framesDropped: 0, freezeMs: 0, shownFps: 28 },
    // All is well, it says.
    node: { targetFps: 60, sentFps: 60, captureWaitMsP95: 2, encodeMsP95: 4, lossShare: 0, roundTripMsP95: 12, neededKbps: 1_700 },
  };
  const beganAtMs = Date.now() - 20_000;
  await world.store.saveMinutes(["node-1", "node-2"].map((nodeId) => minuteRecord({ mos: 2.5, beganAtMs }, { sessionId: `on-${nodeId}`, nodeId, reports })));
  const unjudged = async () => (await world.store.unjudgedMinutes({ beganBeforeMs: Infinity, most: 9 })).map(({ nodeId }) => nodeId);
  // Where no checker plays there is nothing to wait for.
  await vi.advanceTimersByTimeAsync(160_000);
  expect(await unjudged()).toEqual(["node-1"]);
  await world.passEpochs(1);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(await unjudged()).toEqual([]);
  // By its host's doing, on the one; on the other nobody can tell whose it was.
  expect(await world.store.playedMinutes(["node-1", "node-2"], 0)).toMatchObject([{ nodeId: "node-1", badByHost: 1 }, { nodeId: "node-2", badByHost: 0 }]);
});

describe("a node that claims far more than it can", () => {
  test("is kept out once a fresh committee of eleven agrees, and comes back when checks are clear again", async () => {
    let see = slowMachine;
    const { server } = await begin(20, () => (...of) => see(...of));
    await world.passEpochs(1);
    expect(world.told).toEqual([]);
    await world.passEpochs(1);
    expect(world.told).toEqual([{ nodeId: "node-1", event: { type: "verdict-given", reason: expect.stringContaining("far-below-capacity") } }]);
    const [, second] = await world.closedEpochs();
    const penalty = second!.verdicts.find(({ kind }) => kind === "penalty")!;
    expect(penalty.agreeing).toHaveLength(11);
    expect(verifyEpoch(second!, verifySignature).verdicts.every(({ matches }) => matches)).toBe(true);
    expect(world.checked.get("node-1")?.honesty).toBeLessThan(0.3);

    // Hanging up does not help: whoever it links to next knows.
    world.told.length = 0;
    world.nodes.set("node-1", nodeRecord("node-1", { state: "quarantined" }));
    server.checking.handleNodeLinked("node-1");
    await vi.advanceTimersByTimeAsync(0);
    expect(world.told).toEqual([{ nodeId: "node-1", event: { type: "verdict-given", reason: expect.any(String) } }]);

    world.told.length = 0;
    see = well;
    // The epoch that is running has seen it already.
    await world.passEpochs(CLEARS_TO_RETURN + 1);
    expect(world.told).toEqual([{ nodeId: "node-1", event: { type: "verdict-lifted" } }]);
  });

  test("is kept out by nobody where too few check to be sure", async () => {
    await begin(8, () => slowMachine);
    await world.passEpochs(4);
    expect(world.told).toEqual([]);
    const [standing] = await world.store.standings(["node-1"]);
    expect(standing?.suspicions).toMatchObject([{ fault: "far-below-capacity" }]);
  });

  test("may appeal: a fresh committee looks again, and what it does not confirm never was", async () => {
    let see = slowMachine;
    const { server } = await begin(40, () => (...of) => see(...of));
    await world.passEpochs(2);
    expect(world.told).toHaveLength(1);
    see = well;
    server.checking.appeal("node-1", "the machine was being mended");
    await world.passEpochs(2);
    expect(world.told.at(-1)).toEqual({ nodeId: "node-1", event: { type: "verdict-lifted" } });
    const published = (await world.closedEpochs()).at(-1)!;
    const appeal = published.tasks.find((task) => task.appeal)!;
    const before = (await world.closedEpochs())[1]!.verdicts.find(({ kind }) => kind === "penalty")!;
    const fresh = published.verdicts.find(({ taskId }) => taskId === appeal.taskId)!;
    expect(fresh.agreeing.filter((checkerId) => before.agreeing.includes(checkerId))).toEqual([]);
    const verdicts = await world.store.keptVerdicts({ sinceMs: 0, newestMax: 100 });
    expect(verdicts.find(({ taskId }) => taskId === before.taskId)?.overturned).toBe(true);
    expect(world.checked.get("node-1")?.honesty).toBeGreaterThan(0.3);
  });
});

describe("checkers", () => {
  test("who say again and again that an honest node cheats lose their weight, and are banned", async () => {
    const slander: See = (assignment) => {
      const seen = well(assignment);
      return seen.kind === "simulated-player" ? { ...seen, noncesSeen: 0 } : seen;
    };
    const { checkers } = await begin(8, (index) => (index === 0 ? slander : well), { playMeanMs: 1 });
    await world.passEpochs(14);
    expect(world.told).toEqual([]);
    const [liar] = await world.store.reporters([checkers[0]!.checkerId]);
    const honest = await world.store.reporters(checkers.slice(1).map(({ checkerId }) => checkerId));
    expect(honest.every(({ bannedUntilMs, disagreed }) => bannedUntilMs === undefined && disagreed < 0.01)).toBe(true);
    expect(liar?.disagreed).toBeGreaterThan(1);
    expect(liar?.bannedUntilMs).toBeGreaterThan(Date.now());
  });
});

describe("the referee", () => {
  test("may die in the middle: another server goes on with what was sealed, and nothing is asked twice", async () => {
    world = await createCheckingWorld();
    const servers = [await world.server("s1"), await world.server("s2")];
    const checkers = Array.from({ length: 6 }, (_, index) => world.checker(servers[index % 2]!.checking, index, well));
    await vi.advanceTimersByTimeAsync(30_000);
    const [open] = await world.store.openEpochs();
    const writer = open!.batches.length;
    expect(writer).toBeGreaterThan(1);
    // Whichever it is: it goes, and its checkers dial the other.
    const refereeIs = servers[0]!.checking.isReferee() ? 0 : 1;
    const rest = servers[1 - refereeIs]!;
    await servers[refereeIs]!.close();
    for (const [index, checker] of checkers.entries()) if (index % 2 === refereeIs) checker.moveTo(rest.checking);
    await world.passEpochs(2);
    const [published, next] = await world.closedEpochs();
    expect(published!.epoch).toBe(open!.epoch);
    expect(verifyEpoch(published!, verifySignature).broken).toEqual([]);
    expect(published!.verdicts.every(({ outcome }) => outcome === "clear")).toBe(true);
    expect(verifyEpoch(next!, verifySignature, published).broken).toEqual([]);
    expect(await world.store.openEpochs()).toHaveLength(1);
  });
});

describe("a stranger's node", () => {
  test("waits for checkers where there are enough, and is let in or told why not", async () => {
    let see: See = well;
    const { server } = await begin(6, () => (...of) => see(...of));
    await world.passEpochs(1);
    const claim = (nodeId: string, cpuCores: number) => ({
      nodeId, trusted: false,
      inventory: {
        name: nodeId, version: "0", hardware: { cpuModel: "c", cpuCores, memoryMb: 1_024 }, network: { addresses: [], announced: false }, runtimes: ["test-card" as const], titleIds: [],
        canFetch: false, capacity: { slots: 1, source: "provisional" as const }, feePerHourMicros: 0, notices: [],
      },
    });
    world.nodes.set("node-2", nodeRecord("node-2", { state: "checking" }));
    const good = Promise.resolve(server.checking.newcomers.check(claim("node-2", 4)));
    await world.passEpochs(1);
    expect(await good).toBeUndefined();
    // The same claims were borne out before.
    const again = Promise.resolve(server.checking.newcomers.check(claim("node-2", 4)));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await again).toBeUndefined();
    see = (assignment) => (assignment.kind === "registration" ? { kind: "registration", unproven: ["cores"], claimed: 2 } : well(assignment));
    const bad = Promise.resolve(server.checking.newcomers.check(claim("node-2", 400)));
    await world.passEpochs(1);
    expect(await bad).toBe("checkers found: claim-unproven");
  });

  test("is let in at once where there are too few, and the operator's own always", async () => {
    const { server } = await begin(2);
    await world.passEpochs(1);
    expect(server.checking.newcomers.check({ nodeId: "n", trusted: false, inventory: undefined as never })).toBeUndefined();
  });
});
