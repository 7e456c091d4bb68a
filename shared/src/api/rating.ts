// `PUT /api/sessions/:id/rating`: what the player thought of a session when it was over.

import * as z from "zod/mini";

/** One star to five, as in "bad" to "excellent" of an opinion score. */
const Stars = z.int().check(z.gte(1), z.lte(5));

/** What can be told apart by someone who only played. */
export const RATED_PARTS = ["overall", "picture", "sound", "control"] as const;
export type RatedPart = (typeof RATED_PARTS)[number];

export const Rating = z.strictObject({
  overall: Stars,
  picture: z.optional(Stars),
  sound: z.optional(Stars),
  control: z.optional(Stars),
});
export type Rating = z.infer<typeof Rating>;
