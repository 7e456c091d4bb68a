// What a network does to packets, as data: one link profile for each direction.
//
// The schema is the door for profile files; inside, every field is there. An
// absent field means "does no harm".

import * as z from "zod/mini";
import { describeIssues } from "@nearframe/shared/protocol/parse";

const Fraction = z.number().check(z.minimum(0), z.maximum(1));
const Ms = z.number().check(z.minimum(0), z.maximum(60_000));
const Kbps = z.number().check(z.minimum(0), z.maximum(10_000_000));
const Column = <S extends z.ZodMiniType>(value: S) => z.array(value).check(z.minLength(1), z.maxLength(20_000));

/** Conditions over time; repeats when it ends. Columns that are there have one value a step. */
export const Trace = z
  .strictObject({
    stepMs: z.int().check(z.minimum(1), z.maximum(60_000)),
    /** Replaces `rateKbps`. 0 is a stall: packets wait, none are lost. */
    rateKbps: z.optional(Column(Kbps)),
    /** Added to `delayMs`. */
    delayMs: z.optional(Column(Ms)),
    /** Added to `lossFraction`. */
    lossFraction: z.optional(Column(Fraction)),
  })
  .check(
    z.refine(
      ({ rateKbps, delayMs, lossFraction }) =>
        new Set([rateKbps, delayMs, lossFraction].flatMap((column) => column?.length ?? [])).size === 1,
      "a trace needs at least one column, and all of them the same number of steps",
    ),
    z.refine(
      ({ rateKbps }) => rateKbps === undefined || rateKbps.some((kbps) => kbps > 0),
      "a trace whose rate is always 0 never delivers anything: use a blackout",
    ),
  );
export type Trace = z.infer<typeof Trace>;

export const LinkProfile = z.strictObject({
  /** One way, without queueing. */
  delayMs: z._default(Ms, 0),
  /**
   * Added to the delay, never below 0 in sum. Drawn anew every `everyMs`, as a
   * radio's scheduler or cross traffic does it: drawn for each packet it would
   * only reorder, or, in order, become a constant.
   *
   * `ms` is the half width (uniform), standard deviation (normal) or mean (exponential).
   */
  jitter: z._default(
    z.strictObject({
      kind: z.enum(["uniform", "normal", "exponential"]),
      ms: Ms,
      everyMs: z._default(z.number().check(z.minimum(1), z.maximum(60_000)), 10),
    }),
    { kind: "normal", ms: 0, everyMs: 10 },
  ),
  /** Packets lost one by one, after they used the link. */
  lossFraction: z._default(Fraction, 0),
  /** Packets lost in runs (Gilbert-Elliott): share of all packets, and mean length of a run. */
  burstLoss: z._default(
    z.strictObject({
      fraction: z.number().check(z.minimum(0), z.maximum(0.9)),
      packets: z.number().check(z.minimum(1), z.maximum(10_000)),
    }),
    { fraction: 0, packets: 1 },
  ),
  /** Bottleneck; null is none. Counted with IP and UDP headers. */
  rateKbps: z._default(z.nullable(Kbps.check(z.minimum(1))), null),
  /** Depth of the drop-tail queue before the bottleneck: how long a full one takes to drain at the (mean) rate. */
  queueMs: z._default(Ms.check(z.minimum(1)), 200),
  /** Packets that `byMs` more overtake. */
  reorder: z._default(z.strictObject({ fraction: Fraction, byMs: Ms }), { fraction: 0, byMs: 0 }),
  duplicateFraction: z._default(Fraction, 0),
  /** Times at which nothing gets through, counted from the start of the profile. */
  blackouts: z._default(
    z
      .array(
        z.strictObject({
          fromMs: z.number().check(z.minimum(0)),
          forMs: z.number().check(z.minimum(1)),
          /** Repeats with this period; null is once. */
          everyMs: z._default(z.nullable(z.number().check(z.minimum(1))), null),
        }),
      )
      .check(z.maxLength(100)),
    [],
  ),
  trace: z._default(z.nullable(Trace), null),
});
export type LinkProfile = z.infer<typeof LinkProfile>;

export const NetProfile = z.strictObject({
  /** A sentence for the list of profiles. */
  about: z.string().check(z.minLength(1), z.maxLength(300)),
  /** How the numbers were made, so that they can be made again. */
  madeBy: z._default(z.string().check(z.maxLength(300)), "by hand"),
  /** Player to node. */
  up: LinkProfile,
  /** Node to player. */
  down: LinkProfile,
});
export type NetProfile = z.infer<typeof NetProfile>;

/** A link that only carries. */
export const CLEAR_LINK: LinkProfile = LinkProfile.parse({});

export class ProfileInvalidError extends Error {
  readonly code = "PROFILE_INVALID";
}

/** Reads a profile; `source` names it in the error. */
export function parseProfile(raw: unknown, source: string): NetProfile {
  const parsed = z.safeParse(NetProfile, raw);
  if (!parsed.success) throw new ProfileInvalidError(`${source}: ${describeIssues(parsed.error.issues)}`);
  return parsed.data;
}
