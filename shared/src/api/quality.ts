// `GET /api/sessions/:id/quality`: how a session felt, minute by minute, for the
// player whose session it is.

import * as z from "zod/mini";
import { Id } from "../protocol/media.ts";

const Ms = z.number().check(z.gte(0));
const Kbps = z.number().check(z.gte(0));
const Count = z.int().check(z.gte(0));

/**
 * A minute that was scored, and every figure that went into its score, so that
 * anybody can recompute it: `qoe/score-minute.ts`.
 */
export const MinuteQuality = z.strictObject({
  /** Counts from the first frame, through losses and returns. */
  minute: Count,
  beganAtMs: z.number(),
  /** Seconds of which both ends told. */
  seconds: z.number().check(z.gte(0)),
  mos: z.number(),
  band: z.enum(["good", "acceptable", "degraded", "bad"]),

  /** Of those, how many the title moved in; the next three are over these, and absent if there are none. */
  movingSeconds: z.number().check(z.gte(0)),
  fps: z.optional(z.number().check(z.gte(0))),
  receivedKbps: z.optional(Kbps),
  pixels: z.optional(z.number().check(z.gte(0))),
  /** Round trip and jitter buffer together, 95th percentile. */
  delayMs: Ms,
  frameLossPercent: z.number().check(z.gte(0), z.lte(100)),
  freezeMs: Ms,
  audioGapMsMax: Ms,

  roundTripMsP50: Ms,
  jitterBufferMsP50: z.optional(Ms),
  decodeMsP50: z.optional(Ms),
  freezes: Count,
  packetsLost: Count,
  /** Inputs that drew something. */
  clickToPhotonCount: Count,
  clickToPhotonMsP50: z.optional(Ms),
  clickToPhotonMsP95: z.optional(Ms),

  nodeSentKbps: Kbps,
  nodeTargetKbps: Kbps,
  nodeAvailableKbps: z.optional(Kbps),
  nodeKeyframes: Count,
  nodeCaptureWaitMsP95: Ms,
  nodeEncodeMsP50: Ms,
  nodeEncodeMsP95: Ms,
  nodeSendMsP95: Ms,
  nodeRoundTripMsP50: z.optional(Ms),
});
export type MinuteQuality = z.infer<typeof MinuteQuality>;

/** The newest four hours of minutes, oldest first. A minute appears some seconds after it is over. */
export const SessionQuality = z.strictObject({ sessionId: Id, minutes: z.array(MinuteQuality) });
export type SessionQuality = z.infer<typeof SessionQuality>;
