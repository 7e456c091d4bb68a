// Hears every way in which a person or another process ends this one.

/**
 * A terminal's Ctrl-C comes from the terminal, from npm and from the process
 * above, so what arrives within a second is one press.
 */
const ONE_PRESS_MS = 1_000;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** `hurry` is a second press: whoever pressed does not want to wait. */
export function stopOnSignals({ stop, hurry }: { stop(): void; hurry(): void }): void {
  let firstAtMs: number | undefined;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const nowMs = performance.now();
      if (firstAtMs === undefined) {
        firstAtMs = nowMs;
        stop();
      } else if (nowMs - firstAtMs > ONE_PRESS_MS) {
        hurry();
      }
    });
  }
  if (process.channel) {
    // The one above was killed; nobody would end what runs here.
    process.on("disconnect", stop);
    process.channel.unref();
  }
}
