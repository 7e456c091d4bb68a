import { describe } from "vitest";
import { itIsAPipeline } from "../../pipeline.contract.ts";
import { createFfmpegPipeline, ffmpegPipelineTraits } from "./pipeline.ts";

describe("the ffmpeg pipeline", () => {
  itIsAPipeline({ createPipeline: createFfmpegPipeline, traits: ffmpegPipelineTraits });
});
