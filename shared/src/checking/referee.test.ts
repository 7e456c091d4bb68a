import { generateKeyPairSync, sign as signBytes, verify as verifyBytes, type KeyObject } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { signedText } from "../node/identity.ts";
import type { Fault } from "./criteria.ts";
import type { Observation, PlayedObservation } from "./observation.ts";
import { committeeOf, referee, type CheckTask, type PublishedSet, type VerifySignature } from "./referee.ts";
import { sealOf, type CheckReport, type CheckReveal, type CheckSeal, type EnrolledChecker } from "./report.ts";

type KeyHolder = EnrolledChecker & { key: KeyObject };
const COUNT = 40;
let checkers: KeyHolder[];
const verify: VerifySignature = (publicKey, text, signature) => {
  const key = checkers.find((checker) => checker.publicKey === publicKey)?.key;
  return key !== undefined && verifyBytes(null, Buffer.from(text), publicKeys.get(publicKey) ?? expect.fail("no key"), Buffer.from(signature, "base64url"));
};
const publicKeys = new Map<string, KeyObject>();

beforeAll(() => {
  checkers = Array.from({ length: COUNT }, (_, index) => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const text = publicKey.export({ format: "jwk" }).x ?? "";
    publicKeys.set(text, publicKey);
    return { checkerId: `checker-${index}`, publicKey: text, operatorId: `operator-${index}`, networkId: `network-${index % 20}`, weight: 1, key: privateKey };
  });
});

const GOOD: PlayedObservation = {
  kind: "simulated-player", startupMs: 900, watchedMs: 20_000, titleFps: 60, titleWidth: 1280, titleHeight: 720, distinctFps: 60,
  freezeMs: 0, width: 1280, height: 720, receivedKbps: 7_000, usualKbps: 8_000, sharpness: 0.95, similarity: 0.97, nonceMs: 120, noncesAsked: 5, noncesSeen: 5,
  framesDeclared: 1_200, framesReceived: 1_200, roundTripMs: 20, lossShare: 0, clickToPhotonP95Ms: 55, soundHeard: true, otherPathsLossShare: 0,
};
const FAKE: Observation = { ...GOOD, noncesSeen: 0 };
const TASK: CheckTask = { taskId: "task-1", nodeId: "node-1", operatorId: "host", kind: "routine" };
const PENALTY: CheckTask = { ...TASK, taskId: "task-2", kind: "penalty", fault: "nonce-missed", earlierEpochs: [6] };

const enrolled = (): EnrolledChecker[] => checkers.map(({ key: _, ...checker }) => checker);
const base = (task: CheckTask): PublishedSet => ({ epoch: 7, seed: "seed", checkers: enrolled(), tasks: [task], seals: [], reveals: [] });

function handIn(checkerId: string, task: CheckTask, observation: Observation): { seal: CheckSeal; reveal: CheckReveal } {
  const { key } = checkers.find((checker) => checker.checkerId === checkerId) ?? expect.fail("no such checker");
  const signed = <T extends object>(message: T) => ({ ...message, signature: signBytes(null, Buffer.from(signedText(message)), key).toString("base64url") });
  const report = signed({ type: "check.report", epoch: 7, taskId: task.taskId, nodeId: task.nodeId, checkerId, atMs: 1, observation }) as CheckReport;
  const salt = `salt-of-${checkerId}-0123456789`;
  const seal = signed({ type: "check.seal", epoch: 7, taskId: task.taskId, checkerId, digest: sealOf(report, salt) }) as CheckSeal;
  return { seal, reveal: { report, salt } };
}

/** Every member of the committee hands in what `of` says it saw; undefined hands in nothing. */
function setOf(task: CheckTask, of: (place: number) => Observation | undefined): PublishedSet {
  const set = base(task);
  const handed = committeeOf(set, task).flatMap(({ checkerId }, place) => {
    const observation = of(place);
    return observation ? [handIn(checkerId, task, observation)] : [];
  });
  return { ...set, seals: handed.map(({ seal }) => seal), reveals: handed.map(({ reveal }) => reveal) };
}
const decide = (set: PublishedSet) => referee(set, verify)[0] ?? expect.fail("no verdict");

describe("a routine verdict", () => {
  test("is what most of five saw, and names who agreed and what it rests on", () => {
    const verdict = decide(setOf(TASK, (place) => (place < 3 ? FAKE : GOOD)));
    expect(verdict).toMatchObject({ outcome: "faulty", faults: ["nonce-missed"], absent: [] });
    expect(verdict.agreeing).toHaveLength(3);
    expect(verdict.dissenting).toHaveLength(2);
    expect(verdict.evidence).toHaveLength(5);
    expect(decide(setOf(TASK, (place) => (place < 2 ? FAKE : GOOD)))).toMatchObject({ outcome: "clear", faults: [] });
  });

  test("is the same in whatever order things were handed in", () => {
    const set = setOf(TASK, (place) => (place < 3 ? FAKE : GOOD));
    const shuffled = { ...set, seals: set.seals.toReversed(), reveals: set.reveals.toReversed(), checkers: set.checkers.toReversed() };
    expect(decide(shuffled)).toEqual(decide(set));
  });

  test("does not hear who stood still itself, whatever it says it saw; nor a play in another codec than was asked for", () => {
    const stalled = { ...GOOD, freezeMs: 3_000, loopStallMs: 151 };
    expect(decide(setOf(TASK, (place) => (place < 2 ? stalled : GOOD)))).toMatchObject({ outcome: "clear", absent: { length: 2 }, evidence: { length: 3 } });
    expect(decide(setOf(TASK, () => ({ ...stalled, loopStallMs: 150 })))).toMatchObject({ outcome: "faulty", faults: ["frozen"] });
    expect(decide(setOf({ ...TASK, codec: "AV1" }, (place) => (place < 2 ? GOOD : { ...GOOD, codec: "AV1" })))).toMatchObject({ outcome: "clear", absent: { length: 2 } });
  });

  test("needs three reports", () => {
    expect(decide(setOf(TASK, (place) => (place < 2 ? FAKE : undefined)))).toMatchObject({ outcome: "undecided", faults: [], agreeing: [] });
  });

  test("gives no say to those who were not drawn, nor to the host's own checkers", () => {
    const set = setOf(TASK, () => GOOD);
    const drawn = new Set(committeeOf(set, TASK).map(({ checkerId }) => checkerId));
    const intruders = checkers.filter(({ checkerId }) => !drawn.has(checkerId)).slice(0, 20).map(({ checkerId }) => handIn(checkerId, TASK, FAKE));
    const flooded = { ...set, seals: [...set.seals, ...intruders.map(({ seal }) => seal)], reveals: [...set.reveals, ...intruders.map(({ reveal }) => reveal)] };
    expect(decide(flooded)).toEqual(decide(set));
    const own = { ...TASK, operatorId: [...drawn].map((id) => id.replace("checker", "operator"))[0] ?? "" };
    expect(committeeOf(set, own).map(({ operatorId }) => operatorId)).not.toContain(own.operatorId);
  });
});

describe("what was handed in counts only", () => {
  const spoilt = (change: (set: PublishedSet) => PublishedSet) => decide(change(setOf(TASK, (place) => (place < 3 ? FAKE : GOOD))));

  test.each<[string, (set: PublishedSet) => PublishedSet]>([
    ["if it was sealed before", (set) => ({ ...set, seals: set.seals.slice(3) })],
    ["if it is what was sealed", (set) => ({ ...set, reveals: set.reveals.map((reveal, i) => (i < 3 ? { ...reveal, salt: `${reveal.salt}x` } : reveal)) })],
    ["as it was signed", (set) => ({
      ...set,
      reveals: set.reveals.map((reveal, i) => (i < 3 ? { ...reveal, report: { ...reveal.report, observation: GOOD } } : reveal)),
    })],
    ["under its own name", (set) => ({
      ...set,
      seals: set.seals.map((seal, i) => (i < 3 ? { ...seal, signature: set.seals[4]?.signature ?? "" } : seal)),
    })],
    ["from those who sealed once", (set) => ({ ...set, seals: [...set.seals, ...set.seals.slice(0, 3).map((seal) => ({ ...seal, digest: "0".repeat(64) }))] })],
    ["in its own epoch", (set) => ({ ...set, epoch: 8 })],
  ])("%s", (_, change) => {
    // The three who saw the fake are struck out, or all: the two others decide nothing alone.
    expect(spoilt(change)).toMatchObject({ outcome: "undecided" });
  });

  test("copying a neighbour's seal is of no use", () => {
    const set = setOf(TASK, (place) => (place < 3 ? FAKE : undefined));
    const [first, , , copier] = committeeOf(set, TASK);
    const copied = set.seals.find(({ checkerId }) => checkerId === first?.checkerId) ?? expect.fail("no seal");
    // Its digest names the first one's report, which is not the copier's.
    const own = handIn(copier?.checkerId ?? "", TASK, FAKE);
    const verdict = decide({ ...set, seals: [...set.seals, { ...own.seal, digest: copied.digest }], reveals: [...set.reveals, own.reveal] });
    expect(verdict.absent).toContain(copier?.checkerId);
  });
});

describe("an audit", () => {
  const knock = (mediaRoundTripMs?: number): Observation => ({ kind: "liveness", heartbeatAgeMs: 0, ...(mediaRoundTripMs !== undefined && { mediaRoundTripMs }) });

  test("agrees with those who saw what they were made to see, however many made it up", () => {
    const task: CheckTask = { ...TASK, check: "liveness", audit: "silent-port" };
    const verdict = decide(setOf(task, (place) => (place < 4 ? knock(3) : knock())));
    expect(verdict).toMatchObject({ outcome: "faulty", faults: [], agreeing: { length: 1 }, dissenting: { length: 4 }, evidence: { length: 5 } });
    expect(decide(setOf({ ...TASK, audit: "nonce-missed" }, (place) => (place === 0 ? FAKE : GOOD)))).toMatchObject({ faults: ["nonce-missed"], agreeing: { length: 1 }, dissenting: { length: 4 } });
  });
});

describe("a penalty", () => {
  test("takes eight of a fresh eleven, and an earlier epoch", () => {
    expect(decide(setOf(PENALTY, (place) => (place < 8 ? FAKE : GOOD)))).toMatchObject({ outcome: "faulty", faults: ["nonce-missed"] });
    expect(decide(setOf(PENALTY, (place) => (place < 7 ? FAKE : GOOD)))).toMatchObject({ outcome: "clear", faults: [] });
    expect(decide(setOf({ ...PENALTY, earlierEpochs: [] }, () => FAKE))).toMatchObject({ outcome: "undecided" });
    // The epoch itself is not an earlier one.
    expect(decide(setOf({ ...PENALTY, earlierEpochs: [7] }, () => FAKE))).toMatchObject({ outcome: "undecided" });
  });

  test("confirms what it was called for, and nothing else", () => {
    const frozen: Observation = { ...GOOD, freezeMs: 5_000 };
    expect(decide(setOf(PENALTY, () => frozen))).toMatchObject({ outcome: "clear", faults: [] });
    expect(decide(setOf({ ...PENALTY, fault: "frozen" satisfies Fault }, () => frozen))).toMatchObject({ outcome: "faulty", faults: ["frozen"] });
  });

  test("is judged by nobody who judged before", () => {
    const set = base(PENALTY);
    const before = committeeOf(set, TASK).map(({ checkerId }) => checkerId);
    const fresh = committeeOf(set, { ...PENALTY, earlierCheckers: before }).map(({ checkerId }) => checkerId);
    expect(fresh).toHaveLength(11);
    expect(fresh.filter((id) => before.includes(id))).toEqual([]);
  });
});
