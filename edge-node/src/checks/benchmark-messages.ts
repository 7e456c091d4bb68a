// What the node and the process of a benchmark say to each other.

import * as z from "zod/mini";
import { BenchmarkProfile, BenchmarkSeed, BenchmarkShown, BenchmarkStarted } from "@nearframe/shared/checking/node-calls";
import { VIDEO_CODECS } from "@nearframe/shared/media/video-codecs";

export const ToBenchmark = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("prepare"), profile: BenchmarkProfile }),
  z.strictObject({ type: z.literal("start"), seed: BenchmarkSeed }),
  z.strictObject({ type: z.literal("show"), frame: z.int() }),
]);
export type ToBenchmark = z.infer<typeof ToBenchmark>;

export const FromBenchmark = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready"), codec: z.enum(VIDEO_CODECS) }),
  z.strictObject({ type: z.literal("started"), answer: BenchmarkStarted }),
  z.strictObject({ type: z.literal("shown"), answer: BenchmarkShown }),
  z.strictObject({ type: z.literal("failed"), message: z.string().check(z.maxLength(500)) }),
]);
export type FromBenchmark = z.infer<typeof FromBenchmark>;
