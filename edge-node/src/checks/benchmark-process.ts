// Draws and codes the pictures of one benchmark, in a process of its own: a driver that
// crashes takes nothing else with it.

import { createHash, type BinaryLike } from "node:crypto";
import * as z from "zod/mini";
import { createBenchmarkScene, digestedRows, ROWS_PER_FRAME } from "@nearframe/shared/checking/benchmark-scene";
import { CODED_FRAME_BYTES_MAX, type AnswerTo, type BenchmarkProfile } from "@nearframe/shared/checking/node-calls";
import { Scope } from "@nearframe/shared/lifetime";
import { openEncoders } from "../media/encode/encoders.ts";
import { VIDEO_ENCODER_NAMES } from "../media/encode/known-encoders.ts";
import type { VideoEncoder } from "../media/encode/ports.ts";
import { ToBenchmark, type FromBenchmark } from "./benchmark-messages.ts";

const FPS = 60;
const CLOCK_RATE = 90_000;
const BYTES_PER_PIXEL = 4;

const scope = new Scope();
let prepared: { profile: BenchmarkProfile; encoder: VideoEncoder } | undefined;
const frames: Buffer[] = [];

function prepare(profile: BenchmarkProfile): FromBenchmark {
  const name = z.parse(z.enum(VIDEO_ENCODER_NAMES), profile.encoder);
  const { width, height, bitrateKbps } = profile;
  const encoder = openEncoders([name], { size: { width, height }, fps: FPS, bitrateKbps, onNotice() {} }, scope);
  prepared = { profile, encoder };
  return { type: "ready", codec: encoder.codec };
}

function start(seed: string): FromBenchmark {
  if (!prepared) throw new Error("nothing is prepared");
  if (frames.length > 0) throw new Error("a benchmark runs once");
  const startedAtMs = performance.now();
  const { profile, encoder } = prepared;
  const { width, height } = profile;
  const scene = createBenchmarkScene(seed, width);
  const tall = new Uint32Array(width * (height + profile.frames * ROWS_PER_FRAME));
  const bytes = Buffer.from(tall.buffer);
  const strideBytes = width * BYTES_PER_PIXEL;
  const pictureDigests: string[] = [];
  const frameDigests: string[] = [];
  let drawn = 0;
  for (let index = 0; index < profile.frames; index += 1) {
    const top = index * ROWS_PER_FRAME;
    scene.drawRows(drawn, top + height, tall.subarray(drawn * width));
    drawn = top + height;
    pictureDigests.push(digest(digestedRows(index, profile).map((row) => bytes.subarray(row * strideBytes, (row + 1) * strideBytes))));
    encoder.load({ data: bytes.subarray(top * strideBytes, (top + height) * strideBytes), strideBytes });
    const unit = encoder.encode((index * CLOCK_RATE) / FPS, { keyframe: index % profile.keyframeEvery === 0 });
    const data = Buffer.from(unit.data);
    frames.push(data);
    frameDigests.push(digest([data]));
  }
  return { type: "started", answer: { call: "benchmark.start", pictureDigests, frameDigests, elapsedMs: performance.now() - startedAtMs } satisfies AnswerTo<"benchmark.start"> };
}

function show(index: number): FromBenchmark {
  const frame = frames[index];
  if (!frame) throw new Error(`there is no frame ${index}`);
  if (frame.length > CODED_FRAME_BYTES_MAX) throw new Error(`frame ${index} has ${frame.length} bytes, which is more than can be shown`);
  return { type: "shown", answer: { call: "benchmark.show", data: frame.toString("base64") } };
}

function digest(parts: readonly BinaryLike[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 16);
}

function answer(message: ToBenchmark): FromBenchmark {
  switch (message.type) {
    case "prepare":
      return prepare(message.profile);
    case "start":
      return start(message.seed);
    case "show":
      return show(message.frame);
  }
}

process.on("message", (raw) => {
  let said: FromBenchmark;
  try {
    said = answer(z.parse(ToBenchmark, raw));
  } catch (error) {
    said = { type: "failed", message: (error instanceof Error ? error.message : String(error)).slice(0, 500) };
  }
  if (process.connected) process.send?.(said);
});
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => {});
