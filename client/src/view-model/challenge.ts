// Once in a session, at a moment that nobody foresees, the node is asked to show a number, as
// checkers ask it: so being asked does not tell it that a checker plays. What it shows is not
// looked at here; it stands in a corner for a sixth of a second.

import { CHALLENGE_NONCES, type PlayerToNode } from "@nearframe/shared/protocol/session-control";
import type { SendChannel } from "../stream/receiver.ts";

export interface Challenge {
  connect(control: SendChannel | undefined): void;
  /** A second of the session is over. */
  tell(): void;
}

/** Checks are this long, so it is in these seconds that it matters. */
const SECONDS = { min: 5, max: 30 } as const;

export function createChallenge(random: () => number): Challenge {
  let channel: SendChannel | undefined;
  let left: number | undefined = SECONDS.min + Math.floor(random() * (SECONDS.max - SECONDS.min));
  return {
    connect(control) {
      channel = control;
    },
    tell() {
      if (left === undefined) return;
      left -= 1;
      const nonce = Math.floor(random() * CHALLENGE_NONCES);
      if (left <= 0 && channel?.send(JSON.stringify({ type: "challenge", nonce } satisfies PlayerToNode))) left = undefined;
    },
  };
}
