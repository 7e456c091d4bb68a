// What is checked in an epoch: drawn by the epoch's seed, which nobody knows before. Pure.

import { auditOf } from "@nearframe/shared/checking/audits";
import { FAULTS, type Fault } from "@nearframe/shared/checking/criteria";
import { rankOf, shareOf } from "@nearframe/shared/checking/draw";
import type { CheckKind } from "@nearframe/shared/checking/observation";
import type { PublishedTask } from "@nearframe/shared/checking/published";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import type { AuditsDrawnBy } from "./audit.ts";
import { CAPACITY_MAX_MS, CAPACITY_MEAN_MS, CODEC_AGAIN_MS, TASK_COST_MS, TASKS_PER_EPOCH_MAX, TASKS_PER_EPOCH_MIN } from "./limits.ts";
import { newStanding, type NodeStanding } from "./standing.ts";

export type CheckedNode = {
  nodeId: string;
  /** Its own, if it names none. */
  operatorId: string;
  /** It is free or plays; not kept out, and not draining. */
  takesPlayers: boolean;
  /** It says where it is. */
  located: boolean;
  /** What a checker could play there, in order of their names. */
  titleIds: readonly string[];
  /** Of the encoders that it says it has. */
  codecs: readonly VideoCodec[];
};

export type Planned = { task: PublishedTask; dueAtMs: number; titleId: string | undefined };

export type PlanOptions = {
  epoch: number;
  seed: string;
  /** What draws the audits; undefined: there are none. */
  audits: AuditsDrawnBy | undefined;
  beganAtMs: number;
  /** From the beginning to the moment when seals are over. */
  sealingMs: number;
  epochMs: number;
  playMeanMs: number;
  checkers: number;
};

/** By which check a fault can be seen again. */
export const CHECK_OF_FAULT: Readonly<Partial<Record<Fault, CheckKind>>> = {
  "far-below-capacity": "capacity",
  "below-capacity": "capacity",
  "claim-unproven": "registration",
  "impossible-location": "location",
  "not-alive": "liveness",
};
export const checkOf = (fault: Fault): CheckKind => CHECK_OF_FAULT[fault] ?? "simulated-player";

/** In the order of their weight, where there are too few checkers for all. */
const ORDER = ["penalty", "registration", "return", "look", "codec", "liveness", "simulated-player", "location", "capacity"] as const;
type Why = (typeof ORDER)[number];

export function planTasks(nodes: readonly CheckedNode[], standings: ReadonlyMap<string, NodeStanding>, options: PlanOptions): Planned[] {
  const { checkers, sealingMs, seed } = options;
  const all = nodes.flatMap((node) => planNode(node, standings.get(node.nodeId) ?? newStanding(node.nodeId), options));
  const most = Math.min(TASKS_PER_EPOCH_MAX, Math.max(TASKS_PER_EPOCH_MIN, Math.floor((checkers * sealingMs) / TASK_COST_MS)));
  return all
    .map((each) => ({ ...each, order: ORDER.indexOf(each.why), rank: rankOf(seed, "order", each.task.taskId) }))
    .toSorted((a, b) => a.order - b.order || (a.rank < b.rank ? -1 : 1))
    .slice(0, most)
    .map(({ task, dueAtMs, titleId }) => ({ task, dueAtMs, titleId }));
}

function planNode(node: CheckedNode, standing: NodeStanding, options: PlanOptions): (Planned & { why: Why })[] {
  const { epoch, seed, audits, beganAtMs, epochMs, playMeanMs, sealingMs } = options;
  // A play comes out of the blue, in the first half, and so that five after another find time: in a short epoch that is at once.
  const spreadMs = Math.max(0, Math.min(0.4 * sealingMs, sealingMs - TASK_COST_MS));
  const { nodeId, operatorId, titleIds } = node;
  const draw = (what: string) => shareOf(seed, nodeId, what);
  const planned: (Planned & { why: Why })[] = [];
  const titleOf = () => titleIds[Math.floor(draw("title") * titleIds.length)];

  function plan(why: Why, check: CheckKind, extra: Partial<PublishedTask> = {}): void {
    const titleId = check === "simulated-player" ? titleOf() : undefined;
    if (check === "simulated-player" && titleId === undefined) return;
    // Of one kind one an epoch and node; a penalty may be of the same kind as a routine check.
    const kind = extra.kind ?? "routine";
    const taskId = `${epoch}.${kind}.${check}.${rankOf("", nodeId).slice(0, 16)}`;
    if (planned.some(({ task }) => task.taskId === taskId)) return;
    const dueAtMs = beganAtMs + (check === "simulated-player" ? draw(`due ${kind}`) * spreadMs : 0);
    const audit = audits && auditOf({ ...audits, seed }, { taskId, kind, check, ...extra });
    planned.push({ why, dueAtMs, titleId, task: { taskId, nodeId, operatorId, kind, check, ...(audit && { audit }), ...extra } });
  }

  const { quarantine, appeal, suspicions, registration, lastAtMs } = standing;
  if (quarantine && appeal?.state === "asked") {
    const { fault, checkers } = quarantine;
    plan("penalty", checkOf(fault), { kind: "penalty", fault, earlierEpochs: [quarantine.epoch], earlierCheckers: checkers, appeal: true });
  } else if (!quarantine) {
    const [suspicion] = suspicions.toSorted((a, b) => b.epochs.length - a.epochs.length || (a.fault < b.fault ? -1 : 1));
    if (suspicion) {
      const { fault, epochs, checkers } = suspicion;
      plan("penalty", checkOf(fault), { kind: "penalty", fault, earlierEpochs: epochs, earlierCheckers: checkers });
    }
  }
  if (registration?.outcome === "wanted") {
    plan("registration", "registration");
    if (node.located) plan("registration", "location");
  }
  // The way back: until it is clear often enough, each epoch shows it again.
  if (quarantine) plan("return", checkOf(quarantine.fault), { returning: true });
  if (standing.look?.state === "wanted" && node.takesPlayers) plan("look", "simulated-player");
  const codec = node.takesPlayers && !quarantine ? codecToShow(node, standing, draw("codec"), beganAtMs) : undefined;
  if (codec !== undefined) plan("codec", "simulated-player", { codec });
  plan("liveness", "liveness");
  if (node.takesPlayers && draw("play") < 1 - Math.exp(-epochMs / playMeanMs)) plan("simulated-player", "simulated-player");
  const sinceCapacityMs = beganAtMs - (lastAtMs.capacity ?? -Infinity);
  if (node.takesPlayers && (draw("capacity") < epochMs / CAPACITY_MEAN_MS || sinceCapacityMs > CAPACITY_MAX_MS)) {
    plan("capacity", "capacity");
    if (node.located) plan("location", "location");
  }
  return planned;
}

/** One an epoch, until each was seen to play; one that was not is asked for again each day. */
function codecToShow({ codecs }: CheckedNode, { codecs: known }: NodeStanding, share: number, nowMs: number): VideoCodec | undefined {
  const lately = (codec: VideoCodec) => known?.failed.some((each) => each.codec === codec && nowMs - each.atMs < CODEC_AGAIN_MS);
  const due = codecs.filter((codec) => !known?.shown.includes(codec) && !lately(codec));
  return due[Math.floor(share * due.length)];
}

export const isHonesty = (fault: Fault): boolean => FAULTS[fault] === "honesty";
