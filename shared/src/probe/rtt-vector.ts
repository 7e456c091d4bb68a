// Round trips to the network's common probe points. Two ends that have measured the same
// points can say how far they are from each other, though they never met.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";
import { RTT_MS_MAX } from "./probe-result.ts";

export const PROBE_POINTS_MAX = 16;
/** Besides the configured ones, the server process that the link hangs on is a point. */
const RTTS_MAX = PROBE_POINTS_MAX + 1;

/** Answers `GET` with nothing, to pages of any origin: any Nearframe server does, at `/api/echo`. */
export const ProbePoint = z.strictObject({
  id: Id,
  url: z.string().check(z.maxLength(500), z.regex(/^https?:\/\/[^\s]+$/)),
});
export type ProbePoint = z.infer<typeof ProbePoint>;

export const ProbePoints = z.array(ProbePoint).check(z.maxLength(PROBE_POINTS_MAX));

/** By probe point, the least of several round trips in milliseconds. */
export const RttVector = z.record(Id, z.number().check(z.gt(0), z.lte(RTT_MS_MAX))).check(
  z.refine((vector) => Object.keys(vector).length <= RTTS_MAX, { error: `at most ${RTTS_MAX} probe points` }),
);
export type RttVector = z.infer<typeof RttVector>;
