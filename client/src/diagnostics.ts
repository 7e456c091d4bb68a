// What tests and support may read of a running page, and nothing they could change:
// `window.__nearframe`. Values are snapshots; the names are part of what we keep.

import type { LatencySummary } from "./stream/latency.ts";
import type { SessionState } from "./stream/session-state.ts";
import type { StreamStats } from "./stream/stats.ts";
import type { Play } from "./view-model/play.ts";

export type Diagnostics = {
  /** The session of the play page, or undefined on other pages. */
  readonly session: SessionState | undefined;
  /** The browser's figures of the last second. */
  stats(): StreamStats | undefined;
  /** Click to photon over the last ten seconds. */
  latency(): LatencySummary | undefined;
};

declare global {
  interface Window {
    __nearframe?: Diagnostics;
  }
}

export function exposeDiagnostics(window: Window, playing: () => Play | undefined): void {
  window.__nearframe = Object.freeze({
    get session() {
      return playing()?.session.value;
    },
    stats: () => playing()?.figures.value.stats,
    latency: () => playing()?.figures.value.latency,
  });
}
