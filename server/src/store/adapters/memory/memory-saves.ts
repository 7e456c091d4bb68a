// What is known of saves without a database, for tests.

import type { SaveLeaving, SaveRecord, SaveStore } from "../../save-ports.ts";

type KeptLeaving = SaveLeaving & { dueAtMs: number; claimed: boolean };

export function createMemorySaves(): SaveStore {
  const saves = new Map<string, SaveRecord>();
  const leavings = new Map<string, KeptLeaving>();
  const epochs = new Map<string, { epoch: number; heardAtMs: number }>();
  const ofPlayer = (playerId: string) =>
    [...saves.values()]
      .filter((save) => save.playerId === playerId)
      .sort((a, b) => a.savedAtMs - b.savedAtMs || (a.id < b.id ? -1 : 1))
      .map((save) => ({ ...save }));
  return {
    async savesOfPlayer(playerId) {
      return ofPlayer(playerId);
    },
    async findHead(playerId, titleId) {
      return ofPlayer(playerId).find((save) => save.titleId === titleId && save.place === "head");
    },
    async changeSaves(playerId, uploadId, nowMs, decide) {
      const kept = uploadId !== undefined && leavings.get(uploadId)?.claimed === false;
      const { added, moved, forgotten } = decide(ofPlayer(playerId), kept);
      for (const { id: saveId, titleId, sessionId } of forgotten) {
        saves.delete(saveId);
        leavings.set(saveId, { saveId, playerId, titleId, sessionId, dueAtMs: nowMs, claimed: true });
      }
      for (const { id, place } of moved) {
        const save = saves.get(id);
        if (save) saves.set(id, { ...save, place });
      }
      if (!added) return;
      leavings.delete(added.id);
      saves.set(added.id, { ...added });
    },
    async noteUpload(leaving, dueAtMs) {
      const known = leavings.get(leaving.saveId) ?? { ...leaving, dueAtMs, claimed: false };
      leavings.set(leaving.saveId, known);
      return known.sessionId === leaving.sessionId && known.playerId === leaving.playerId && !known.claimed;
    },
    async uploadsOfSession(sessionId) {
      return [...leavings.values()]
        .filter((leaving) => leaving.sessionId === sessionId && !leaving.claimed)
        .sort((a, b) => a.dueAtMs - b.dueAtMs || (a.saveId < b.saveId ? -1 : 1))
        .map(({ saveId }) => saveId);
    },
    async claimLeavings(nowMs, againAtMs, atOnceMax) {
      const due = [...leavings.values()]
        .filter(({ dueAtMs }) => dueAtMs <= nowMs)
        .sort((a, b) => a.dueAtMs - b.dueAtMs)
        .slice(0, atOnceMax);
      for (const leaving of due) leavings.set(leaving.saveId, { ...leaving, dueAtMs: againAtMs, claimed: true });
      return due.map(({ saveId, playerId, titleId, sessionId }) => ({ saveId, playerId, titleId, sessionId }));
    },
    async dropLeaving(saveId) {
      leavings.delete(saveId);
    },
    async noteEpoch(sessionId, epoch, nowMs) {
      const newest = Math.max(epoch, epochs.get(sessionId)?.epoch ?? 0);
      epochs.set(sessionId, { epoch: newest, heardAtMs: nowMs });
      return newest;
    },
    async trimEpochs(heardBeforeMs) {
      for (const [sessionId, { heardAtMs }] of epochs) if (heardAtMs < heardBeforeMs) epochs.delete(sessionId);
    },
  };
}
