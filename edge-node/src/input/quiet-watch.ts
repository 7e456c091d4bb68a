// Lets go for a page that is not heard any more. While anything is held a page says so fifteen times a
// second; a media path that died is known to be dead only after ten, and until then a held key ran on.

import type { Scope } from "@nearframe/shared/lifetime";

/** Browsers let a hidden page's timers run once a second, and one of them may carry a friend's pad. */
export const QUIET_MS_MAX = 2_000;

export type QuietWatchPorts = {
  nowMs(): number;
  /** Something is held that would go on by itself. */
  holds(): boolean;
  letGo(): void;
};

export interface QuietWatch {
  /** The page said something of its input. */
  hear(): void;
}

export function createQuietWatch({ nowMs, holds, letGo }: QuietWatchPorts, scope: Scope): QuietWatch {
  let heardAtMs = 0;
  let timer: NodeJS.Timeout | undefined;
  scope.own(undefined, () => clearTimeout(timer));

  function look(): void {
    timer = undefined;
    if (!holds()) return;
    const leftMs = heardAtMs + QUIET_MS_MAX - nowMs();
    if (leftMs > 0) return void (timer = setTimeout(look, Math.ceil(leftMs)));
    // If it was this process that had no time, what was said meanwhile is heard first.
    setImmediate(() => {
      if (!scope.closed && holds() && nowMs() - heardAtMs >= QUIET_MS_MAX) letGo();
    });
  }

  return {
    hear() {
      heardAtMs = nowMs();
      if (!scope.closed && holds()) timer ??= setTimeout(look, QUIET_MS_MAX);
    },
  };
}
