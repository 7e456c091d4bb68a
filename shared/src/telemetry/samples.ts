// What is told once a second of every session, by both ends. Bounded numbers only:
// a sample is data for scores, and comes from strangers.
//
// The player's and the node's samples meet at the server, by session and second.

import * as z from "zod/mini";

/** Both bounds in one check, at half of the cost: each second of each session comes this way. */
const between = (minimum: number, maximum: number) =>
  z.check<number>(({ value, issues }) => {
    if (value >= minimum && value <= maximum) return;
    const about = { origin: "number", inclusive: true, input: value } as const;
    issues.push(value < minimum ? { code: "too_small", minimum, ...about } : { code: "too_big", maximum, ...about });
  });
const Ms = z.number().check(between(0, 60_000));
const Count = z.int().check(between(0, 1_000_000));
const Kbps = z.number().check(between(0, 1_000_000));
const Share = z.number().check(between(0, 1));
const Pixels = z.int().check(between(0, 16_384));

export const SAMPLE_DURATION_MS_MAX = 10_000;

/** Length of one sample; a busy end's second may be longer. */
const DurationMs = z.number().check(between(100, SAMPLE_DURATION_MS_MAX));

export const LatencyFigures = z.strictObject({
  /** Inputs that drew something. */
  count: Count,
  p50Ms: Ms,
  p95Ms: Ms,
  p99Ms: Ms,
});

export const PlayerSample = z.strictObject({
  durationMs: DurationMs,
  width: Pixels,
  height: Pixels,
  /** Frames that came onto the screen. */
  framesShown: Count,
  framesDropped: Count,
  receivedKbps: Kbps,
  packetsLost: Count,
  lossShare: Share,
  roundTripMs: z.optional(Ms),
  jitterBufferMs: z.optional(Ms),
  decodeMs: z.optional(Ms),
  freezes: Count,
  freezeMs: Ms,
  /** Longest gap in the sound. */
  audioGapMs: Ms,
  clickToPhoton: z.optional(LatencyFigures),
});
export type PlayerSample = z.infer<typeof PlayerSample>;

export const NodeSample = z.strictObject({
  durationMs: DurationMs,
  /** Frames in which the title changed the picture. */
  framesSent: Count,
  /** Repeats of an unchanged picture. */
  framesRepeated: Count,
  keyframes: Count,
  sentKbps: Kbps,
  targetKbps: Kbps,
  targetFps: z.number().check(between(0, 1_000)),
  /** What the media server believes the player's link carries. */
  availableKbps: z.optional(Kbps),
  captureWaitMsP95: Ms,
  encodeMsP50: Ms,
  encodeMsP95: Ms,
  sendMsP95: Ms,
  roundTripMs: z.optional(Ms),
  lossShare: z.optional(Share),
  /** Since the player last touched anything, or since the title began. */
  idleMs: z.optional(Ms),
  /** The player has done nothing yet, or what was done is in a save that the server has. */
  savedAll: z.optional(z.boolean()),
});
export type NodeSample = z.infer<typeof NodeSample>;
