// From what checkers handed in to what is decided about a node. A function of the
// published set alone, whatever its order: whoever has the set gets the same verdicts,
// and can say which report they rest on. Pure.

import { showsAudit, SILENT_PORT, type Audit } from "./audits.ts";
import { drawCommittee, PENALTY_AGREEING_MIN, PENALTY_COMMITTEE, ROUTINE_COMMITTEE } from "./committee.ts";
import { faultsIn, FAULTS, whyVoid, type Fault } from "./criteria.ts";
import { signedText } from "../node/identity.ts";
import type { VideoCodec } from "../media/video-codecs.ts";
import type { CheckKind, Observation } from "./observation.ts";
import { digestOf, sealOf, type CheckReport, type CheckReveal, type CheckSeal, type EnrolledChecker } from "./report.ts";
import { capWeights } from "./trust.ts";

export type CheckTask = {
  taskId: string;
  nodeId: string;
  /** The host's operator, whose own checkers have no say. */
  operatorId: string;
  kind: "routine" | "penalty";
  /** What the checkers were asked to do; reports of anything else are not heard. Left out: any. */
  check?: CheckKind | undefined;
  /** Of a play: in this codec alone; reports of plays in another are not heard. Left out: as a common phone. */
  codec?: VideoCodec | undefined;
  /** Asked, and too late or gone before they had sealed: others came in their place, and what they found is void. */
  replaced?: readonly string[] | undefined;
  /** Of a penalty: what is to be confirmed, and the earlier epochs and checkers that it follows from. */
  fault?: Fault | undefined;
  earlierEpochs?: readonly number[] | undefined;
  earlierCheckers?: readonly string[] | undefined;
  /** The host asked for this one. */
  appeal?: true | undefined;
  /** The node is kept out, and this is its way back: no audit holds it up. */
  returning?: true | undefined;
  /** The servers bent what the node answered so that it shows this fault: the checkers are checked, not the node. See `audits.ts`. */
  audit?: Audit | undefined;
};

/** Everything that is published of an epoch. */
export type PublishedSet = {
  epoch: number;
  seed: string;
  checkers: readonly EnrolledChecker[];
  tasks: readonly CheckTask[];
  seals: readonly CheckSeal[];
  reveals: readonly CheckReveal[];
};

export type Verdict = {
  epoch: number;
  taskId: string;
  nodeId: string;
  kind: CheckTask["kind"];
  /** Too few valid reports say nothing about the node. */
  outcome: "undecided" | "clear" | "faulty";
  /** Those that the majority of the weight saw. */
  faults: Fault[];
  /** Checkers whose faults were those decided, and those who said otherwise. */
  agreeing: string[];
  dissenting: string[];
  /** Drawn, and handed in nothing valid. */
  absent: string[];
  /** Digests of the reports that it rests on. */
  evidence: string[];
};

export type VerifySignature = (publicKey: string, text: string, signature: string) => boolean;

/** Fewer reports than this decide nothing. */
export const ROUTINE_REPORTS_MIN = 3;

export const referee = (set: PublishedSet, verify: VerifySignature): Verdict[] => [...judgeEach(set, verify)];

/** The same, one after another: of an epoch of hundreds of nodes it is seconds of work. */
export function* judgeEach(set: PublishedSet, verify: VerifySignature): Generator<Verdict, void> {
  const handedIn = byTaskAndChecker(set);
  for (const task of set.tasks.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1))) {
    const committee = committeeOf(set, task);
    const heard = hear(set, task, committee, handedIn, verify);
    if (task.audit !== undefined) yield decideAudit(set, task, committee, heard, task.audit);
    else yield task.kind === "routine" ? decideRoutine(set, task, committee, heard) : decidePenalty(set, task, committee, heard);
  }
}

type HandedIn = ReadonlyMap<string, { seals: CheckSeal[]; reveals: CheckReveal[] }>;
const keyOf = (taskId: string, checkerId: string) => `${taskId} ${checkerId}`;

/** Looked up a hundred thousand times where a day is judged. */
function byTaskAndChecker({ seals, reveals }: PublishedSet): HandedIn {
  const handedIn = new Map<string, { seals: CheckSeal[]; reveals: CheckReveal[] }>();
  const of = (taskId: string, checkerId: string) => {
    const key = keyOf(taskId, checkerId);
    const known = handedIn.get(key) ?? { seals: [], reveals: [] };
    handedIn.set(key, known);
    return known;
  };
  for (const seal of seals) of(seal.taskId, seal.checkerId).seals.push(seal);
  for (const reveal of reveals) of(reveal.report.taskId, reveal.report.checkerId).reveals.push(reveal);
  return handedIn;
}

/** The checkers of a task, in the order in which they are asked. */
export function committeeOf(set: Pick<PublishedSet, "seed" | "checkers">, task: CheckTask): EnrolledChecker[] {
  const options = {
    ...(task.kind === "routine" ? ROUTINE_COMMITTEE : PENALTY_COMMITTEE),
    excludedOperators: new Set([task.operatorId]),
    excludedCheckers: new Set([...(task.earlierCheckers ?? []), ...(task.replaced ?? [])]),
  };
  const drawn = drawCommittee(set.seed, `${task.nodeId}/${task.taskId}`, set.checkers, options);
  const byId = new Map(set.checkers.map((checker) => [checker.checkerId, checker]));
  return drawn.flatMap(({ checkerId }) => byId.get(checkerId) ?? []);
}

/** What the task asked for, and not something else that is easier to see. */
export function isAsked({ check, codec }: Pick<CheckTask, "check" | "codec">, observation: Observation): boolean {
  return (check === undefined || observation.kind === check) && (observation.kind === "simulated-player" ? observation.codec : undefined) === codec;
}

type Heard = { checker: EnrolledChecker; report: CheckReport; faults: Fault[] };

/** Reports of drawn checkers that were sealed, are what was sealed, and are signed. One a checker. */
function hear(set: PublishedSet, task: CheckTask, committee: readonly EnrolledChecker[], handedIn: HandedIn, verify: VerifySignature): Heard[] {
  return committee.flatMap((checker) => {
    const { seals, reveals } = handedIn.get(keyOf(task.taskId, checker.checkerId)) ?? { seals: [], reveals: [] };
    const [seal] = seals;
    // Who seals twice chooses afterwards.
    if (seals.length !== 1 || !seal || !verify(checker.publicKey, signedText(seal), seal.signature)) return [];
    const reveal = reveals.find(({ report, salt }) => sealOf(report, salt) === seal.digest);
    if (!reveal) return [];
    const { report } = reveal;
    const asked = isAsked(task, report.observation) && whyVoid(report.observation) === undefined;
    const about = asked && report.epoch === set.epoch && seal.epoch === set.epoch && report.nodeId === task.nodeId;
    if (!about || !verify(checker.publicKey, signedText(report), report.signature)) return [];
    return [{ checker, report, faults: faultsIn(report.observation) }];
  });
}

/** What they were made to see is known: those who saw it agree with that. Of the node it says nothing. */
function decideAudit(set: PublishedSet, task: CheckTask, committee: readonly EnrolledChecker[], heard: readonly Heard[], audit: Audit): Verdict {
  const right = (each: Heard) => showsAudit(audit, each.report.observation);
  return {
    ...verdict(set, task, committee, heard, "faulty", audit === SILENT_PORT ? [] : [audit]),
    agreeing: idsOf(heard.filter(right)),
    dissenting: idsOf(heard.filter((each) => !right(each))),
  };
}

function decideRoutine(set: PublishedSet, task: CheckTask, committee: readonly EnrolledChecker[], heard: readonly Heard[]): Verdict {
  if (heard.length < ROUTINE_REPORTS_MIN) return verdict(set, task, committee, heard, "undecided", []);
  const voices = capWeights(heard.map((each) => ({ ...each, ...each.checker })));
  const total = voices.reduce((sum, { weight }) => sum + weight, 0);
  const seen = (Object.keys(FAULTS) as Fault[]).filter((fault) => {
    const weight = voices.reduce((sum, voice) => sum + (voice.faults.includes(fault) ? voice.weight : 0), 0);
    return weight > total / 2;
  });
  return verdict(set, task, committee, heard, seen.length > 0 ? "faulty" : "clear", seen);
}

/** Heads, not weight: a penalty takes so many people, however trusted some of them are. */
function decidePenalty(set: PublishedSet, task: CheckTask, committee: readonly EnrolledChecker[], heard: readonly Heard[]): Verdict {
  const { fault } = task;
  const grounds = new Set((task.earlierEpochs ?? []).filter((epoch) => epoch < set.epoch)).size;
  // This epoch is one, so one earlier makes two.
  if (fault === undefined || grounds < 1 || heard.length < PENALTY_AGREEING_MIN) {
    return verdict(set, task, committee, heard, "undecided", []);
  }
  const confirming = heard.filter(({ faults }) => faults.includes(fault)).length;
  return confirming >= PENALTY_AGREEING_MIN
    ? verdict(set, task, committee, heard, "faulty", [fault])
    : verdict(set, task, committee, heard, "clear", []);
}

const idsOf = (list: readonly { checker: EnrolledChecker }[]): string[] => list.map(({ checker }) => checker.checkerId).toSorted();

function verdict(
  set: PublishedSet, task: CheckTask, committee: readonly EnrolledChecker[], heard: readonly Heard[],
  outcome: Verdict["outcome"], faults: Fault[],
): Verdict {
  // What is compared is what the task was about: in a penalty the one fault.
  const relevant = (each: Heard) => (task.fault === undefined ? each.faults : each.faults.filter((fault) => fault === task.fault));
  const same = (each: Heard) => relevant(each).length === faults.length && faults.every((fault) => each.faults.includes(fault));
  const decided = outcome !== "undecided";
  const present = new Set(heard.map(({ checker }) => checker.checkerId));
  return {
    epoch: set.epoch,
    taskId: task.taskId,
    nodeId: task.nodeId,
    kind: task.kind,
    outcome,
    faults: faults.toSorted(),
    agreeing: decided ? idsOf(heard.filter(same)) : [],
    dissenting: decided ? idsOf(heard.filter((each) => !same(each))) : [],
    absent: committee.map(({ checkerId }) => checkerId).filter((id) => !present.has(id)).toSorted(),
    evidence: heard.map(({ report }) => digestOf(report)).toSorted(),
  };
}
