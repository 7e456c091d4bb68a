// A program of its own that sleeps for 2 ms at a time and keeps by how much it overslept:
// what any thread of this machine has to expect. Between sleeps it wakes a second thread, which
// wakes it in return: what each hand-over from one process to the next costs at the least. On
// virtual machines that is more than the work that is handed over, as a core with nothing to do is
// given back to the host. Prints both, as JSON, when its standard input ends.

import { Worker, isMainThread, workerData } from "node:worker_threads";

const SLEEP_MS = 2;
/** Two wakes every so many sleeps: about once a frame. */
const SLEEPS_A_WAKE = 8;
/** An hour of them; the first are kept. */
const KEPT_MAX = 2_000_000;
/** Never waited for longer; a thread that sleeps through it is counted with this. */
const WAKE_MS_MAX = 1_000;

const ASKED = 0;
const ANSWERED = 1;

if (isMainThread) await measure();
else answer(workerData as Int32Array);

async function measure(): Promise<void> {
  const cells = new Int32Array(new SharedArrayBuffer(12));
  const other = new Worker(new URL(import.meta.url), { workerData: cells });
  await new Promise((resolve) => other.once("online", resolve));
  const lateMs: number[] = [];
  const wakeMs: number[] = [];
  let asked = true;
  process.stdin.once("end", () => {
    asked = false;
  });
  process.stdin.resume();
  // Whoever asked is gone: there is nobody to tell.
  process.stdout.once("error", () => process.exit());

  while (asked) {
    // Between batches the loop looks whether it is to end.
    for (let count = 0; count < 50; count++) {
      const fromMs = performance.now();
      Atomics.wait(cells, 2, 0, SLEEP_MS);
      if (lateMs.length < KEPT_MAX) lateMs.push(rounded(performance.now() - fromMs - SLEEP_MS));
      if (count % SLEEPS_A_WAKE === 0) wakeMs.push(rounded(wakeAndReturn(cells)));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.stdout.write(JSON.stringify({ lateMs, wakeMs }));
  await other.terminate();
}

function wakeAndReturn(cells: Int32Array): number {
  const fromMs = performance.now();
  const turn = Atomics.add(cells, ASKED, 1) + 1;
  Atomics.notify(cells, ASKED);
  Atomics.wait(cells, ANSWERED, turn - 1, WAKE_MS_MAX);
  return performance.now() - fromMs;
}

function answer(cells: Int32Array): never {
  for (let turn = 1; ; turn++) {
    Atomics.wait(cells, ASKED, turn - 1);
    Atomics.store(cells, ANSWERED, turn);
    Atomics.notify(cells, ANSWERED);
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
