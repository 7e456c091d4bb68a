// The pipelines by name, and what each can do.

import { createDamagePipeline, damagePipelineTraits } from "./adapters/damage/pipeline.ts";
import { createFfmpegPipeline, ffmpegPipelineTraits } from "./adapters/ffmpeg/pipeline.ts";
import type { CreatePipeline, PipelineTraits } from "./ports.ts";

export type PipelineName = "damage" | "ffmpeg";

export const PIPELINES: Readonly<Record<PipelineName, { create: CreatePipeline; traits: PipelineTraits }>> = {
  damage: { create: createDamagePipeline, traits: damagePipelineTraits },
  ffmpeg: { create: createFfmpegPipeline, traits: ffmpegPipelineTraits },
};
