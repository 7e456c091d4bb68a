import { describePipelineContract } from "../../pipeline.contract.ts";
import { createFfmpegPipeline, ffmpegPipelineTraits } from "./pipeline.ts";

describePipelineContract({ name: "the ffmpeg pipeline", createPipeline: createFfmpegPipeline, traits: ffmpegPipelineTraits });
