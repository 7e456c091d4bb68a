// What players thought of their sessions.

import type { Rating } from "@nearframe/shared/api/rating";

export interface RatingStore {
  /** A player who rates again changed their mind: the last one MUST stand. */
  saveRating(sessionId: string, rating: Rating): Promise<void>;
  findRating(sessionId: string): Promise<Rating | undefined>;
}
