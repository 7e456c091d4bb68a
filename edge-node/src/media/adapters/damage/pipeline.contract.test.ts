import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { itIsAPipeline } from "../../pipeline.contract.ts";
import { createDamagePipeline, damagePipelineTraits } from "./pipeline.ts";

const pipeline = { createPipeline: createDamagePipeline, traits: damagePipelineTraits };

describe("the damage pipeline, from a framebuffer file", () => {
  itIsAPipeline(pipeline);
});
describe("the damage pipeline, from any X server", () => {
  itIsAPipeline({ ...pipeline, framebuffer: false });
});

it("ends the pipeline's process when the node is killed", async () => {
  const program = fileURLToPath(new URL("./pipeline-process.ts", import.meta.url));
  const node = spawn(process.execPath, [
    "--eval",
    `const child = require("node:child_process").fork(${JSON.stringify(program)});
     child.once("spawn", () => console.log(child.pid));`,
  ]);
  const [output] = (await once(node.stdout, "data")) as [Buffer];
  const pid = Number(output.toString());
  expect(existsSync(`/proc/${pid}/stat`)).toBe(true);
  node.kill("SIGKILL");
  await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
