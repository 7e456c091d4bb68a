// What one checker is to find out about one node, with all that it can't find out itself.

import * as z from "zod/mini";
import { VIDEO_CODECS } from "../media/video-codecs.ts";
import { Id } from "../protocol/media.ts";
import type { CheckKind } from "./observation.ts";

const Of = { nodeId: Id };
const WatchMs = z.int().check(z.gte(1_000), z.lte(300_000));

export const Assignment = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("simulated-player"), ...Of, titleId: Id, watchMs: WatchMs, /** To be received in this codec alone. */ codec: z.optional(z.enum(VIDEO_CODECS)) }),
  /** The server hears the heartbeats, the checker knocks at the media port. */
  z.strictObject({ kind: z.literal("liveness"), ...Of, heartbeatAgeMs: z.number().check(z.gte(0)) }),
  z.strictObject({ kind: z.literal("capacity"), ...Of }),
  z.strictObject({ kind: z.literal("registration"), ...Of }),
  z.strictObject({
    kind: z.literal("location"), ...Of,
    /** From the place that the checker's address is known to be in to the one that the node claims. */
    distanceKm: z.number().check(z.gte(0), z.lte(20_040)),
    /** Nodes that claim to be within 100 km of the same place. */
    neighbours: z.array(Id).check(z.maxLength(8)),
  }),
]);
export type Assignment = z.infer<typeof Assignment> & { kind: CheckKind };
