// Whether a title uses more than it may. Pure.

import type { ResourceLimits } from "../ports.ts";

export type Usage = {
  memoryMb: number;
  tasks: number;
  diskMb: number;
  filesInHome: number;
  /** The kernel has already killed one of its processes for memory. */
  memoryKills: number;
  /** The kernel has already refused it a process. */
  tasksRefused: number;
};

/** A sentence for log and publisher; undefined while all is well. */
export function judgeUsage(usage: Usage, limits: ResourceLimits): string | undefined {
  if (usage.memoryKills > 0 || usage.memoryMb > limits.memoryMb) {
    return `the title used more than its ${limits.memoryMb} MB of memory; raise resources.memoryMb if it needs them`;
  }
  if (usage.tasksRefused > 0 || usage.tasks >= limits.tasks) {
    return `the title started more than ${limits.tasks} processes and threads`;
  }
  if (usage.diskMb > limits.diskMb) return `the title wrote more than ${limits.diskMb} MB into its home`;
  if (usage.filesInHome > limits.filesInHome) return `the title made more than ${limits.filesInHome} files in its home`;
  return undefined;
}
