// Looks at what a title uses and says once when it is too much. The kernel's
// limits hold in between; this is what notices, and says why.

import type { Scope } from "@nearframe/shared/lifetime";
import type { ResourceLimits } from "../ports.ts";
import type { ControlGroup } from "./control-groups.ts";
import { watchHomeSize } from "./home-size.ts";
import { judgeUsage } from "./judge-usage.ts";
import { readProcesses } from "./read-processes.ts";

const LOOK_MS = 250;

export type UsageWatch = {
  /** What is too much now, if anything; for the moment at which the title has ended. */
  look(): Promise<string | undefined>;
};

export type UsageWatchOptions = {
  limits: ResourceLimits;
  homeFolder: string;
  group: ControlGroup;
  /** The sandbox's first process, from outside; undefined until it is known. */
  firstPid(): number | undefined;
  onExceeded(what: string): void;
  onFault(error: unknown): void;
};

export function watchUsage(options: UsageWatchOptions, scope: Scope): UsageWatch {
  const { limits, group } = options;
  const home = watchHomeSize(options.homeFolder, limits.filesInHome);

  async function look(): Promise<string | undefined> {
    const [counted, size] = await Promise.all([group.readUsage(), home.read(performance.now())]);
    const pid = options.firstPid();
    const needsProcesses = counted.memoryMb === undefined || counted.tasks === undefined;
    const processes = needsProcesses && pid !== undefined ? await readProcesses(pid) : { memoryMb: 0, tasks: 0 };
    return judgeUsage(
      {
        memoryMb: counted.memoryMb ?? processes.memoryMb,
        tasks: counted.tasks ?? processes.tasks,
        diskMb: size.diskMb,
        filesInHome: size.files,
        memoryKills: counted.memoryKills,
        tasksRefused: counted.tasksRefused,
      },
      limits,
    );
  }

  let timer: NodeJS.Timeout | undefined;
  let told = false;
  const again = () => {
    if (!scope.closed && !told) timer = setTimeout(() => void next(), LOOK_MS);
  };
  const next = async () => {
    try {
      const what = await look();
      if (what !== undefined && !scope.closed) {
        told = true;
        options.onExceeded(what);
      }
    } catch (error) {
      if (!scope.closed) options.onFault(error);
    }
    again();
  };
  scope.own(undefined, () => clearTimeout(timer));
  again();
  return { look };
}
