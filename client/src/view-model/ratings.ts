// Asks the player how it was, once, after a session that was long enough to say, and
// tells the server. A rating that can't be delivered is dropped: nobody waits for it.

import type { Rating } from "@nearframe/shared/api/rating";
import { createSource, type Behavior } from "../behavior.ts";

export type RatingAsked = { sessionId: string; titleName: string };

export type RatingPorts = {
  /** `PUT /api/sessions/:id/rating` with the player's token; rejects when the server did not take it. */
  put(sessionId: string, rating: Rating): Promise<void>;
};

export interface Ratings {
  readonly asked: Behavior<RatingAsked | undefined>;
  /** A session is over that played this long. */
  handlePlayed(session: RatingAsked, playedMs: number): void;
  send(rating: Rating): void;
  dismiss(): void;
}

/** Who saw less has no opinion yet. */
export const PLAYED_MS_MIN = 60_000;

export function createRatings(ports: RatingPorts): Ratings {
  const asked = createSource<RatingAsked | undefined>(undefined);
  return {
    asked: asked.behavior,
    handlePlayed(session, playedMs) {
      if (playedMs >= PLAYED_MS_MIN) asked.set(session);
    },
    send(rating) {
      const session = asked.behavior.value;
      asked.set(undefined);
      if (!session) return;
      ports.put(session.sessionId, rating).catch((error: unknown) => {
        console.info("nearframe: the rating did not reach the server:", error);
      });
    },
    dismiss: () => asked.set(undefined),
  };
}
