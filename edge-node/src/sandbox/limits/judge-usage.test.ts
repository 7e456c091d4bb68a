import { expect, test } from "vitest";
import { judgeUsage, type Usage } from "./judge-usage.ts";

const LIMITS = { memoryMb: 100, cpuCores: 1, tasks: 50, diskMb: 10, filesInHome: 20 };
const MODEST: Usage = { memoryMb: 100, tasks: 49, diskMb: 10, filesInHome: 20, memoryKills: 0, tasksRefused: 0 };

test("what stays within every limit is left alone", () => {
  expect(judgeUsage(MODEST, LIMITS)).toBeUndefined();
});

test.each([
  [{ memoryMb: 101 }, /100 MB of memory; raise resources.memoryMb/],
  // The kernel got there first: what is left of it may look modest.
  [{ memoryMb: 3, memoryKills: 1 }, /100 MB of memory/],
  [{ tasks: 50 }, /more than 50 processes and threads/],
  [{ tasks: 3, tasksRefused: 1 }, /more than 50 processes and threads/],
  [{ diskMb: 10.1 }, /more than 10 MB into its home/],
  [{ filesInHome: 21 }, /more than 20 files in its home/],
])("%o is too much, and it is said of what", (excess, sentence) => {
  expect(judgeUsage({ ...MODEST, ...excess }, LIMITS)).toMatch(sentence);
});
