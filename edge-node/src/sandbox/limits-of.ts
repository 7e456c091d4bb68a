// What a title may use, drawn from what its manifest says that it needs. Pure.

import type { TitleManifest } from "@nearframe/shared/title/manifest";
import type { ResourceLimits } from "./ports.ts";

/** A manifest states what a title usually takes; loading a level takes more. */
const MEMORY_MARGIN = 1.5;
const MEMORY_MARGIN_MB = 128;
/** A browser takes this before it shows a page. */
const BROWSER_MEMORY_MB = 768;
const CPU_MARGIN = 1.5;
const CPU_MARGIN_CORES = 0.5;
/** A browser has about 150 threads, a large game a hundred. */
const TASKS = 768;
const DISK_MB = 1_024;
const FILES_IN_HOME = 20_000;

export function limitsOf({ resources, runtime }: Pick<TitleManifest, "resources" | "runtime">): ResourceLimits {
  const stated = runtime === "web" ? Math.max(resources.memoryMb, BROWSER_MEMORY_MB) : resources.memoryMb;
  return {
    memoryMb: Math.round(stated * MEMORY_MARGIN + MEMORY_MARGIN_MB),
    cpuCores: resources.cpuCores * CPU_MARGIN + CPU_MARGIN_CORES,
    tasks: TASKS,
    diskMb: DISK_MB,
    filesInHome: FILES_IN_HOME,
  };
}
