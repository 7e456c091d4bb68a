import type { ProblemRecord, ProblemStore } from "../../problem-ports.ts";

export function createMemoryProblems(): ProblemStore {
  let newestFirst: ProblemRecord[] = [];
  return {
    async saveProblem(record, { perPlayerMax, sinceMs, rowsMax }) {
      if (newestFirst.some(({ id }) => id === record.id)) return "taken";
      const mine = newestFirst.filter(({ playerId, atMs }) => playerId === record.playerId && atMs > sinceMs);
      if (mine.length >= perPlayerMax) return "too-many";
      newestFirst = [structuredClone(record), ...newestFirst].sort((a, b) => b.atMs - a.atMs).slice(0, rowsMax);
      return "saved";
    },
    findProblem: async (id) => structuredClone(newestFirst.find((each) => each.id === id)),
    newestProblems: async (countMax) => structuredClone(newestFirst.slice(0, countMax)),
  };
}
