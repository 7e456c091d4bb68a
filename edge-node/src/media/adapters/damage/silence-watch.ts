// Notices that somebody who speaks several times a second has fallen silent.

import type { Scope } from "@nearframe/shared/lifetime";

const LOOK_INTERVAL_MS = 100;

/** Call the result at each sign of life. `onSilent` is called once, after `silenceMsMax` without any. */
export function watchForSilence(silenceMsMax: number, onSilent: () => void, scope: Scope): () => void {
  let heardAtMs = performance.now();
  const isSilent = () => performance.now() - heardAtMs > silenceMsMax;
  const look = () => {
    if (!isSilent()) return;
    // If it was this process that had no time, what was said meanwhile is heard first.
    setImmediate(() => {
      if (!isSilent() || scope.closed) return;
      clearInterval(timer);
      onSilent();
    });
  };
  const timer = scope.own(setInterval(look, LOOK_INTERVAL_MS), clearInterval);
  return () => {
    heardAtMs = performance.now();
  };
}
