// `GET /api/draws/:hour`: what decided in that hour which server owns which request, so
// that anybody can draw again (docs/indexer.md).

import * as z from "zod/mini";

export const DrawSeed = z.strictObject({
  /** Since 1970. */
  hour: z.int().check(z.gte(0)),
  seed: z.string(),
  /** What each server that lived then put in. */
  shares: z.array(z.strictObject({ serverId: z.string(), share: z.string() })),
});
export type DrawSeed = z.infer<typeof DrawSeed>;
