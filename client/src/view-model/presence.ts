// Tells the node whether anybody sees the page. Browsers stop telling of frames in a
// hidden one, which the node would take for a dead link.

import type { Scope } from "@nearframe/shared/lifetime";
import type { PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { SendChannel } from "../stream/receiver.ts";

export interface Presence {
  connect(control: SendChannel | undefined): void;
  /** Says it if it is not said yet: a channel that was not open took nothing. */
  tell(): void;
}

type Page = Pick<Document, "visibilityState" | "addEventListener" | "removeEventListener">;

export function createPresence(scope: Scope, page: Page): Presence {
  let channel: SendChannel | undefined;
  let told = true;

  function tell(): void {
    const visible = page.visibilityState === "visible";
    if (visible === told || !channel) return;
    if (channel.send(JSON.stringify({ type: "presence", visible } satisfies PlayerToNode))) told = visible;
  }

  page.addEventListener("visibilitychange", tell);
  scope.own(page, () => page.removeEventListener("visibilitychange", tell));
  return {
    connect(control) {
      channel = control;
      // The node takes a new player for one who looks.
      told = true;
      tell();
    },
    tell,
  };
}
