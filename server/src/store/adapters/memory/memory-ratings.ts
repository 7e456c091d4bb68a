import type { Rating } from "@nearframe/shared/api/rating";
import type { RatingStore } from "../../rating-ports.ts";

export function createMemoryRatings(): RatingStore {
  const ratings = new Map<string, Rating>();
  return {
    async saveRating(sessionId, rating) {
      ratings.set(sessionId, { ...rating });
    },
    findRating: async (sessionId) => ratings.get(sessionId),
  };
}
