// What one end of a probe saw of the media path between a player and a node.

import * as z from "zod/mini";

/** More than this many pings say nothing new, and fill a narrow link. */
export const PINGS_MAX = 32;

/** Past this a ping counts as lost: no node that slow is worth choosing. */
export const RTT_MS_MAX = 2_000;

const Ms = z.number().check(z.gte(0), z.lte(RTT_MS_MAX));
const Count = z.int().check(z.gte(0), z.lte(PINGS_MAX));

export const ProbeResult = z
  .strictObject({
    /** How many round trips were begun. */
    count: Count,
    /** How many of them never came back. */
    lost: Count,
    /** Of those that did. */
    rttMs: z.strictObject({ min: Ms, p50: Ms, p95: Ms }),
    /** Mean difference between one round trip and the next. */
    jitterMs: Ms,
  })
  .check(
    z.refine(({ count, lost, rttMs }) => lost < count && rttMs.min <= rttMs.p50 && rttMs.p50 <= rttMs.p95, {
      error: "at least one ping came back, and min <= p50 <= p95",
    }),
  );
export type ProbeResult = z.infer<typeof ProbeResult>;

/** Made by the server for one candidate of one session, so that no report can be used twice. */
export const ProbeNonce = z.string().check(z.regex(/^[A-Za-z0-9_-]{16,64}$/));

/** Ed25519, 64 bytes as base64url. */
export const ProbeSignature = z.string().check(z.regex(/^[A-Za-z0-9_-]{86}$/));
