import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Scope } from "@nearframe/shared/lifetime";
import { openXvfb } from "../../../display/adapters/xvfb.ts";
import { itIsAPipeline } from "../../pipeline.contract.ts";
import { openCanvas } from "../../testing/canvas.ts";
import { openMonitorSocket } from "../../testing/monitor-socket.ts";
import { RtpListener } from "../../testing/rtp-listener.ts";
import { createDamagePipeline, damagePipelineTraits } from "./pipeline.ts";

const SIZE = { width: 640, height: 360 };
const WHITE = 0xff_ff_ff;
const PICTURES = 30;

const pipeline = { createPipeline: createDamagePipeline, traits: damagePipelineTraits };

describe("the damage pipeline, from a framebuffer file", () => {
  itIsAPipeline(pipeline);
});
describe("the damage pipeline, from any X server", () => {
  itIsAPipeline({ ...pipeline, framebuffer: false });
});

it.each([
  ["stands", 0],
  ["gives three times as much as time allows", 3],
])("shows every picture although the sound server %s", async (_, chunks) => {
  await using scope = new Scope();
  const [display, video, sound, monitor] = await Promise.all([
    openXvfb(SIZE, scope), RtpListener.open("video", scope), RtpListener.open("sound", scope), openMonitorSocket(scope, { chunks }),
  ]);
  await createDamagePipeline(
    {
      display, size: SIZE, fps: 60, bitrateKbps: 3000, video: video.target, inputMarkPath: undefined,
      sound: { monitorSocketPath: monitor.path, target: sound.target },
    },
    { onFirstPicture() {}, onFrame() {} },
    scope,
  );
  const canvas = await openCanvas(display, SIZE, scope);
  for (let picture = 0; picture < PICTURES; picture++) {
    const isLit = picture % 2 === 0;
    const seen = video.until(({ picture }) => picture !== undefined && picture.lumaAt(SIZE.width / 2, SIZE.height / 2) > 128 === isLit);
    await canvas.fill(isLit ? WHITE : 0);
    await seen;
  }
  expect(video.packetsLost).toBe(0);
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
