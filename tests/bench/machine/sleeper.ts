// A program of its own that does nothing but sleep for 2 ms at a time, and keeps by how
// much it overslept: what any thread of this machine has to expect. Prints them, as
// JSON, when its standard input ends.

const SLEEP_MS = 2;
/** An hour of them; the first are kept. */
const KEPT_MAX = 2_000_000;

const cell = new Int32Array(new SharedArrayBuffer(4));
const lateMs: number[] = [];
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
    Atomics.wait(cell, 0, 0, SLEEP_MS);
    if (lateMs.length < KEPT_MAX) lateMs.push(Math.round((performance.now() - fromMs - SLEEP_MS) * 100) / 100);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
process.stdout.write(JSON.stringify(lateMs));
