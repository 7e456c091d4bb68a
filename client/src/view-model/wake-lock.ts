// Keeps the screen lit while a title is being played: a pad or a long scene touches nothing.

import type { Scope } from "@nearframe/shared/lifetime";

export function createWakeLock(scope: Scope, document: Document): void {
  const { wakeLock } = (document.defaultView as Window).navigator;
  // Insecure pages and older phones have none; their screens go dark as they always do.
  if (!wakeLock) return;
  let held: WakeLockSentinel | undefined;

  async function take(): Promise<void> {
    if (document.visibilityState !== "visible") return;
    try {
      const taken = await wakeLock.request("screen");
      if (scope.closed) await taken.release();
      else held = taken;
    } catch (error) {
      // Refused when the battery is low: the player's device decides.
      console.info("nearframe: the screen may go dark:", error);
    }
  }
  // The browser lets go of it whenever the page is hidden.
  const again = () => void take();
  document.addEventListener("visibilitychange", again);
  scope.own(document, async () => {
    document.removeEventListener("visibilitychange", again);
    await held?.release();
  });
  void take();
}
