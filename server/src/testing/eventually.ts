const LIMIT_MS = 5_000;

/** Repeats `check` until it no longer throws; for what another process does in its own time. */
export async function eventually(check: () => void | Promise<void>, limitMs = LIMIT_MS): Promise<void> {
  const deadlineMs = performance.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadlineMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
