// What is kept of checking, without a database.

import type { CheckedPlay } from "../../../checking/checked-plays.ts";
import { countVerdicts } from "../../../checking/count-verdicts.ts";
import type { EpochEvent } from "../../../checking/epoch.ts";
import type { NodeStanding, Reporter } from "../../../checking/standing.ts";
import type { SessionRecord } from "../../ports.ts";
import type { CheckingStore, EpochName, KeptVerdict } from "../../checking-ports.ts";

export function createMemoryChecking(sessions: Map<string, SessionRecord>): CheckingStore {
  const journals = new Map<number, EpochEvent[][]>();
  const epochs = new Map<number, EpochName & { document: string }>();
  const standings = new Map<string, NodeStanding>();
  const reporters = new Map<string, Reporter>();
  let verdicts: KeptVerdict[] = [];
  let plays: CheckedPlay[] = [];
  return {
    async appendToEpoch(epoch, ordinal, events) {
      const batches = journals.get(epoch) ?? [];
      if (batches[ordinal]) return false;
      batches[ordinal] = structuredClone([...events]);
      journals.set(epoch, batches);
      return true;
    },
    async openEpochs() {
      return [...journals]
        .toSorted(([a], [b]) => a - b)
        .map(([epoch, batches]) => ({ epoch, batches: structuredClone(batches.filter((batch) => batch !== undefined)) }));
    },
    async closeEpoch(closed) {
      const { epoch, digest, endedAtMs, document } = closed;
      journals.delete(epoch);
      if (epochs.has(epoch)) return false;
      epochs.set(epoch, { epoch, digest, endedAtMs, document });
      for (const session of sessions.values()) if (session.end && closed.checkPlayerIds.includes(session.playerId)) session.check = true;
      verdicts.push(...structuredClone(closed.verdicts));
      plays.push(...structuredClone(closed.plays));
      const gone = new Set(closed.overturned.map(({ nodeId, taskId }) => `${nodeId} ${taskId}`));
      for (const verdict of verdicts) if (gone.has(`${verdict.nodeId} ${verdict.taskId}`)) verdict.overturned = true;
      for (const standing of closed.standings) standings.set(standing.nodeId, structuredClone(standing));
      for (const reporter of closed.reporters) reporters.set(reporter.reporterId, structuredClone(reporter));
      return true;
    },
    async findEpoch(epoch) {
      return epochs.get(epoch)?.document;
    },
    async newestEpochs(count, before = Infinity) {
      return [...epochs.values()]
        .filter(({ epoch }) => epoch < before)
        .toSorted((a, b) => b.epoch - a.epoch)
        .slice(0, count)
        .map(({ epoch, digest, endedAtMs }) => ({ epoch, digest, endedAtMs }));
    },
    async keptVerdicts({ nodeIds, sinceMs, newestMax }) {
      const wanted = nodeIds && new Set(nodeIds);
      return structuredClone(
        verdicts
          .filter(({ nodeId, atMs }) => atMs >= sinceMs && (!wanted || wanted.has(nodeId)))
          .toSorted((a, b) => a.atMs - b.atMs || a.epoch - b.epoch || (a.taskId < b.taskId ? -1 : 1))
          .slice(-newestMax),
      );
    },
    async countedVerdicts({ nodeIds, sinceMs, withoutTaskIds }) {
      const [wanted, without] = [new Set(nodeIds), new Set(withoutTaskIds)];
      const counted = countVerdicts(verdicts.filter(({ nodeId, taskId, atMs }) => atMs >= sinceMs && wanted.has(nodeId) && !without.has(taskId)));
      return structuredClone(counted.toSorted((a, b) => (a.nodeId === b.nodeId ? a.atMs - b.atMs : a.nodeId < b.nodeId ? -1 : 1)));
    },
    async checkedPlays({ nodeIds, fromMs, untilMs, most }) {
      const found = plays.filter(({ nodeId, beganAtMs, endedAtMs }) => nodeIds.includes(nodeId) && endedAtMs >= fromMs && beganAtMs <= untilMs);
      return structuredClone(found.toSorted((a, b) => a.beganAtMs - b.beganAtMs || a.epoch - b.epoch || (`${a.taskId} ${a.checkerId}` < `${b.taskId} ${b.checkerId}` ? -1 : 1)).slice(0, most));
    },
    async standings(nodeIds) {
      const wanted = nodeIds && new Set(nodeIds);
      return structuredClone([...standings.values()].filter(({ nodeId }) => !wanted || wanted.has(nodeId)).toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1)));
    },
    async saveStandings(added) {
      for (const standing of added) standings.set(standing.nodeId, structuredClone(standing));
    },
    async reporters(ids) {
      return structuredClone(ids.flatMap((id) => reporters.get(id) ?? []));
    },
    async saveReporters(added) {
      for (const reporter of added) reporters.set(reporter.reporterId, structuredClone(reporter));
    },
    async trimChecking({ beforeMs, knocksBeforeMs }) {
      for (const [epoch, { endedAtMs }] of epochs) if (endedAtMs < beforeMs) epochs.delete(epoch);
      verdicts = verdicts.filter(({ atMs, check, outcome }) => atMs >= (check === "liveness" && outcome !== "faulty" ? Math.max(beforeMs, knocksBeforeMs) : beforeMs));
      plays = plays.filter(({ endedAtMs }) => endedAtMs >= beforeMs);
    },
  };
}
