// Lets what carries a session run before what plays in it: a frame that waits for
// the scheduler is late for the player, a title that waits a millisecond is not.
//
// A nice value alone does little: Linux weighs it only within a login session, and
// shares cores evenly between sessions (autogroups, sched(7)), of which each title
// is one. So it is either the real-time class or the weight of the whole group.

import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import koffi from "koffi";

const SCHED_RR = 2;
/** The lowest of the class: above every ordinary program, below every other real-time one. */
const REALTIME_PRIORITY = 1;
const NICE = -15;
const NICE_LAST = 19;

/**
 * Every thread of this process, and those started later, run whenever they have
 * something to do. Only for work that is bounded by its own clock: what runs in this
 * class without end holds up the whole machine.
 *
 * Every one, V8's own among them: a loop that is woken by another thread spins until
 * that one has finished waking it (libuv's uv__async_spin), and sched_yield gives way only
 * to threads of the same class. Woken by an ordinary thread, which it took the core from,
 * the loop can spin until the kernel stops the class, after 950 ms of a second
 * (sched_rt_runtime_us). Node, page and relay of a busy machine were seen to stand still for
 * 930 to 985 ms at once; that this was the loop is inferred, not traced.
 *
 * Returns undefined, or what the operator should do where it is not allowed.
 */
export function runInRealTime(): string | undefined {
  const schedule = koffi.struct({ priority: "int" });
  const setScheduler = koffi
    .load("libc.so.6")
    .func("sched_setscheduler", "int", ["int", "int", koffi.pointer(schedule)]) as (...args: unknown[]) => number;
  const given = threadIds().every((id) => setScheduler(id, SCHED_RR, { priority: REALTIME_PRIORITY }) === 0);
  if (given) return undefined;
  const refused = preferProcess(process.pid);
  const advice = "give the node CAP_SYS_NICE";
  return refused === undefined
    ? `The pipeline may not run in real time, so a busy machine delays its frames: ${advice}.`
    : `The pipeline runs like any other program, so a busy machine delays its frames: ${advice}. (${refused})`;
}

/** The main thread first: what is refused to it is refused to all. */
function threadIds(): number[] {
  return readdirSync("/proc/self/task").map(Number).toSorted((a, b) => a - b);
}

/** A process gets most of a core that others want too. Returns why not, where it is not allowed. */
export function preferProcess(pid: number): string | undefined {
  try {
    setPriority(pid, NICE);
    const group = `/proc/${pid}/autogroup`;
    // A kernel without autogroups weighs all programs against each other.
    if (existsSync(group)) writeFileSync(group, `${NICE}`);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * This process runs when nobody else has anything to do. It must lead a session of its
 * own (`detached`): its group is weighed with it.
 */
export function giveWay(): void {
  setPriority(process.pid, NICE_LAST);
  const group = "/proc/self/autogroup";
  if (existsSync(group)) writeFileSync(group, `${NICE_LAST}`);
}
