// Asks a node to draw and code pictures that nobody knew of before, times it, and looks
// whether it did: some pictures are drawn here again, some frames decoded.

import { createHash, randomBytes, randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { createBenchmarkScene, digestedRows, ROWS_PER_FRAME } from "@nearframe/shared/checking/benchmark-scene";
import type { AnswerTo, BenchmarkProfile } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";
import type { VideoCodec } from "@nearframe/shared/media/video-codecs";
import { watchLoop } from "../loop/watch-loop.ts";
import { openPictureDecoder } from "../media/adapters/libav/decoders.ts";
import type { Luma } from "../media/picture.ts";
import { CheckVoidError } from "../play/play-title.ts";
import { makeId } from "../play/phone.ts";
import { NodeRefusedError, type CheckPorts } from "./ports.ts";

/** `loopStallMs`: how long this process stood still while it timed the node. */
export type BenchmarkFinding = { loopStallMs: number } &
  /** `fps`: undefined where the answer was wrong, or none came; `why` says so. */
  ({ fps: number; codec: VideoCodec } | { fps: undefined; why: string });

const PREPARE_MS = 15_000;
const RUN_MS = 25_000;
const SHOW_MS = 5_000;
/** Another checker's turn: some seconds each. */
const BUSY_TRIES = 20;
/** A session that has ended for the server may be about to end on the node. */
const IN_USE_TRIES = 3;
const BUSY_WAIT_MS = 3_000;
const ROUND_TRIPS = 3;
const PICTURES_DRAWN_AGAIN = 12;
const FRAMES_DECODED = 2;
/**
 * Mean difference in brightness, of 255, between what was drawn and what was decoded: 4 to 10 of the frame itself (x264, VP8),
 * 16 and more of one that is three frames off, 23 and more of another seed.
 */
const DIFFERENCE_MAX = 13.5;

class WrongAnswerError extends Error {
  readonly code = "WRONG_ANSWER";
}

export async function runBenchmark(nodeId: string, profile: BenchmarkProfile, ports: Pick<CheckPorts, "callNode" | "onNote">, scope: Scope): Promise<BenchmarkFinding> {
  const benchmarkId = makeId();
  let loopStallMs = 0;
  try {
    const { codec, roundTripMs } = await prepare(nodeId, benchmarkId, profile, ports, scope);
    const seed = randomBytes(32).toString("hex");
    const askedAtMs = performance.now();
    const loop = watchLoop(scope);
    const answer = await ports.callNode(nodeId, { call: "benchmark.start", benchmarkId, seed }, RUN_MS).finally(() => (loopStallMs = loop.end()));
    // What the node says may not be less than what passed here.
    const tookMs = Math.max(answer.elapsedMs, performance.now() - askedAtMs - roundTripMs);
    checkPictures(seed, profile, answer);
    for (let frame = 0; frame < FRAMES_DECODED; frame += 1) {
      await checkFrame(nodeId, benchmarkId, seed, profile, codec, answer, ports, scope);
    }
    return { fps: Math.min(1_000, (profile.frames * 1_000) / tookMs), codec, loopStallMs };
  } catch (error) {
    if (!(error instanceof NodeRefusedError) && !(error instanceof WrongAnswerError)) throw error;
    ports.onNote(`${nodeId}, ${profile.encoder}: ${error.message}`);
    return { fps: undefined, why: error.message, loopStallMs };
  } finally {
    // Its time runs out by itself, should this be lost.
    ports.callNode(nodeId, { call: "benchmark.end", benchmarkId }, SHOW_MS).catch(() => undefined);
  }
}

/** With the time that a question and its answer take on the way: what is prepared already is answered at once. */
async function prepare(nodeId: string, benchmarkId: string, profile: BenchmarkProfile, ports: Pick<CheckPorts, "callNode">, scope: Scope) {
  const ask = () => ports.callNode(nodeId, { call: "benchmark.prepare", benchmarkId, profile }, PREPARE_MS);
  const { codec } = await untilItsTurn(ask, scope);
  const roundTripsMs: number[] = [];
  for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
    const askedAtMs = performance.now();
    await ask();
    roundTripsMs.push(performance.now() - askedAtMs);
  }
  return { codec, roundTripMs: Math.min(...roundTripsMs) };
}

async function untilItsTurn<T>(ask: () => Promise<T>, scope: Scope): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      const nodeCode = error instanceof NodeRefusedError ? error.nodeCode : undefined;
      if (nodeCode !== "BUSY" && nodeCode !== "IN_USE") throw error;
      // One that began meanwhile comes first; the server knows whether there is one.
      if (nodeCode === "IN_USE" && tries >= IN_USE_TRIES) throw new CheckVoidError("somebody plays on the node");
      if (tries === BUSY_TRIES) throw new CheckVoidError("other checkers' benchmarks did not end");
      await wait(BUSY_WAIT_MS * (0.5 + Math.random()), undefined, { signal: scope.signal });
    }
  }
}

function checkPictures(seed: string, profile: BenchmarkProfile, { pictureDigests, frameDigests }: AnswerTo<"benchmark.start">): void {
  if (pictureDigests.length !== profile.frames || frameDigests.length !== profile.frames) {
    throw new WrongAnswerError(`it tells of ${pictureDigests.length} pictures and ${frameDigests.length} frames, of ${profile.frames}`);
  }
  for (let count = 0; count < PICTURES_DRAWN_AGAIN; count += 1) {
    const index = randomInt(profile.frames);
    if (pictureDigest(seed, profile, index) !== pictureDigests[index]) throw new WrongAnswerError(`picture ${index} is not what its seed gives`);
  }
}

export function pictureDigest(seed: string, profile: BenchmarkProfile, index: number): string {
  const scene = createBenchmarkScene(seed, profile.width);
  const row = new Uint32Array(profile.width);
  const hash = createHash("sha256");
  for (const y of digestedRows(index, profile)) {
    scene.drawRows(y, y + 1, row);
    hash.update(new Uint8Array(row.buffer));
  }
  return hash.digest("hex").slice(0, 16);
}

/** A frame that nobody could foresee, decoded from the keyframe before it on, as a player's would be. */
async function checkFrame(
  nodeId: string, benchmarkId: string, seed: string, profile: BenchmarkProfile, codec: VideoCodec, { frameDigests }: AnswerTo<"benchmark.start">,
  ports: Pick<CheckPorts, "callNode">, scope: Scope,
): Promise<void> {
  const wanted = randomInt(profile.frames);
  const mine = scope.child();
  try {
    const decoder = openPictureDecoder(mine, codec);
    let picture: Luma | undefined;
    for (let frame = wanted - (wanted % profile.keyframeEvery); frame <= wanted; frame += 1) {
      const { data } = await ports.callNode(nodeId, { call: "benchmark.show", benchmarkId, frame }, SHOW_MS);
      const unit = Buffer.from(data, "base64");
      if (createHash("sha256").update(unit).digest("hex").slice(0, 16) !== frameDigests[frame]) throw new WrongAnswerError(`frame ${frame} is not the one that was told of`);
      picture = decoder.decode(unit);
    }
    if (!picture) throw new WrongAnswerError(`frame ${wanted} gives no picture`);
    const difference = differenceOf(picture, seed, profile, wanted);
    if (difference > DIFFERENCE_MAX) throw new WrongAnswerError(`frame ${wanted} shows another picture (${difference.toFixed(1)} apart)`);
  } finally {
    await mine.close("decoded");
  }
}

/** Mean difference in brightness between a decoded picture and the one that the seed gives. */
export function differenceOf(decoded: Luma, seed: string, { width, height }: BenchmarkProfile, index: number): number {
  if (decoded.width !== width || decoded.height !== height) return 255;
  const scene = createBenchmarkScene(seed, width);
  const row = new Uint32Array(width);
  let sum = 0;
  for (let y = 0; y < height; y += 4) {
    scene.drawRows(index * ROWS_PER_FRAME + y, index * ROWS_PER_FRAME + y + 1, row);
    for (let x = 0; x < width; x += 1) sum += Math.abs(lumaOf(row[x] ?? 0) - (decoded.data[y * decoded.bytesPerRow + x] ?? 0));
  }
  return sum / (width * Math.ceil(height / 4));
}

/** BT.601, limited range: what libyuv makes of BGRX. */
const lumaOf = (colour: number): number => ((66 * ((colour >> 16) & 0xff) + 129 * ((colour >> 8) & 0xff) + 25 * (colour & 0xff) + 128) >> 8) + 16;
