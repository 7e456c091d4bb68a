// What a minute's score was lost to: the same minute scored again, with one thing at a time put right. Pure.
// What each took can't be added up, as the scale is bent.

import type { MinuteQuality } from "@nearframe/shared/api/quality";
import { scoreGaming, type GamingQualityInput } from "@nearframe/shared/qoe/g1072";

export type ScoredMinute = Pick<MinuteQuality, "mos" | "fps" | "receivedKbps" | "pixels" | "delayMs" | "frameLossPercent">;

/** How much higher the score would be. */
export type Losses = {
  /** Frames that were sent and never shown. */
  lostFrames: number;
  /** Too few bits for the picture. */
  fewBits: number;
  /** Delay, the path's own included. */
  delay: number;
  /** Freezes and silence, which are taken off after the model. */
  freezes: number;
};

/** The best of the model's bits (`RANGE` in `qoe/g1072.ts`). */
const BITS_MBPS = 50;

/** Undefined for a minute in which nothing moved. */
export function explainMinute({ mos, fps, receivedKbps, pixels, delayMs, frameLossPercent }: ScoredMinute): Losses | undefined {
  if (fps === undefined || receivedKbps === undefined || pixels === undefined) return undefined;
  const input: GamingQualityInput = {
    bitrateMbps: receivedKbps / 1_000, fps, pixels, delayMs, loss: { kind: "frames", lossPercent: frameLossPercent },
    slicedLossPercent: 0, interaction: "high", complexity: "high",
  };
  const scored = scoreGaming(input).mos;
  const gain = (change: Partial<GamingQualityInput>) => scoreGaming({ ...input, ...change }).mos - scored;
  return {
    lostFrames: gain({ loss: { kind: "frames", lossPercent: 0 } }),
    fewBits: gain({ bitrateMbps: BITS_MBPS }),
    delay: gain({ delayMs: 0 }),
    freezes: Math.max(0, scored - mos),
  };
}
