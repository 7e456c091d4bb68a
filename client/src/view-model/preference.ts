// Tells the node what the player wants no more of: the data saver's limits.

import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerToNode, Preference } from "@nearframe/shared/protocol/session-control";
import type { Behavior } from "../behavior.ts";
import type { SendChannel } from "../stream/receiver.ts";
import type { Settings } from "./settings.ts";

/** 0.45 GB an hour, and a picture that any phone of the last ten years decodes. */
export const DATA_SAVER: Preference = { maxHeight: 360, maxFps: 30, maxKbps: 1_000 };
const EVERYTHING: Preference = {};

export interface PreferenceTeller {
  connect(control: SendChannel | undefined): void;
  /** Says it if it is not said yet: a channel that was not open took nothing. */
  tell(): void;
}

export function createPreference(scope: Scope, settings: Behavior<Settings>): PreferenceTeller {
  let channel: SendChannel | undefined;
  let told: Preference = EVERYTHING;

  function tell(): void {
    const wanted = settings.value.dataSaver ? DATA_SAVER : EVERYTHING;
    if (wanted === told || !channel) return;
    if (channel.send(JSON.stringify({ type: "prefer", ...wanted } satisfies PlayerToNode))) told = wanted;
  }

  scope.own(settings.subscribe(tell), (stop) => stop());
  return {
    connect(control) {
      channel = control;
      // The node gives a new seat everything.
      told = EVERYTHING;
      tell();
    },
    tell,
  };
}
