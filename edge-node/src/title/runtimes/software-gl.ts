/** Without a GPU Mesa draws on the CPU, by default with a thread for every core of the machine. */
export function softwareGl(cpuCores: number): Record<string, string> {
  return { LIBGL_ALWAYS_SOFTWARE: "1", LP_NUM_THREADS: String(Math.max(1, Math.floor(cpuCores))) };
}
