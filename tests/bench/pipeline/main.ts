// The pipeline benchmark alone:
//
//   node tests/bench/pipeline/main.ts [seconds] [ours|fallback|gstreamer ...]

import { type PipelineName, runPipelineBench } from "./run.ts";

const [seconds = "20", ...pipelines] = process.argv.slice(2);
const rows = await runPipelineBench({
  seconds: Number(seconds),
  ...(pipelines.length > 0 && { pipelines: pipelines as PipelineName[] }),
});
console.table(rows);
