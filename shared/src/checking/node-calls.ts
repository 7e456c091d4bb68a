// What a checker asks of a node openly, through the server: proofs of what the node claims,
// and a place to measure the way to it. A check that must look like play uses none of these.
//
//   benchmark.prepare ──▶ ready     the process is up, the encoder is open; asked again, it
//                                   is answered at once: that is the round trip
//   benchmark.start   ──▶ done      the seed is new, so nothing could be made before;
//                                   digests of every picture drawn and of every frame coded
//   benchmark.show    ──▶ shown     one coded frame, of those that the digests tie down
//   benchmark.end     ──▶ ended     the next checker's turn
//
// The checker draws some of the pictures again, and decodes some of the frames.

import * as z from "zod/mini";
import { VIDEO_CODECS } from "../media/video-codecs.ts";
import { Nonce, PublicKey, Signature } from "../node/identity.ts";
import { NodeInventory } from "../node/inventory.ts";
import { Id } from "../protocol/media.ts";

/** 256 bits, fresh for each benchmark. */
export const BenchmarkSeed = z.string().check(z.regex(/^[0-9a-f]{64}$/));
/** The first 64 bits of a SHA-256: as many as nobody finds a second picture for in seconds. */
export const ShortDigest = z.string().check(z.regex(/^[0-9a-f]{16}$/));

export const BENCHMARK_FRAMES_MAX = 600;
/** A frame has to fit into one message, as base64. */
export const CODED_FRAME_BYTES_MAX = 48_000;

const FrameIndex = z.int().check(z.gte(0), z.lt(BENCHMARK_FRAMES_MAX));

export const BenchmarkProfile = z.strictObject({
  /** The node's own name for it, as in its inventory. */
  encoder: z.string().check(z.minLength(1), z.maxLength(40)),
  width: z.int().check(z.gte(160), z.lte(3_840), z.multipleOf(16)),
  height: z.int().check(z.gte(90), z.lte(2_160), z.multipleOf(2)),
  frames: z.int().check(z.gte(1), z.lte(BENCHMARK_FRAMES_MAX)),
  bitrateKbps: z.int().check(z.gte(200), z.lte(3_200)),
  /** Each so many frames one that needs none before it. */
  keyframeEvery: z.int().check(z.gte(1), z.lte(BENCHMARK_FRAMES_MAX)),
});
export type BenchmarkProfile = z.infer<typeof BenchmarkProfile>;

export const CheckCall = z.discriminatedUnion("call", [
  /** What the node says that it is, signed together with this nonce. */
  z.strictObject({ call: z.literal("inventory"), nonce: Nonce }),
  /** Opens, for some seconds, an end of the node's media port that answers ICE bindings. */
  z.strictObject({ call: z.literal("media-port") }),
  z.strictObject({ call: z.literal("benchmark.prepare"), benchmarkId: Id, profile: BenchmarkProfile }),
  z.strictObject({ call: z.literal("benchmark.start"), benchmarkId: Id, seed: BenchmarkSeed }),
  z.strictObject({ call: z.literal("benchmark.show"), benchmarkId: Id, frame: FrameIndex }),
  z.strictObject({ call: z.literal("benchmark.end"), benchmarkId: Id }),
]);
export type CheckCall = z.infer<typeof CheckCall>;

/** `node.inventory.proof`, signed by the node (see `signedText`). */
export const InventoryProof = z.strictObject({
  type: z.literal("node.inventory.proof"),
  nonce: Nonce,
  publicKey: PublicKey,
  inventory: NodeInventory,
  signature: Signature,
});
export type InventoryProof = z.infer<typeof InventoryProof>;

const Address = z.strictObject({ ip: z.string().check(z.minLength(1), z.maxLength(253)), port: z.int().check(z.gte(1), z.lte(65_535)) });
export const MediaPort = z.strictObject({
  usernameFragment: z.string().check(z.minLength(4), z.maxLength(256)),
  password: z.string().check(z.minLength(22), z.maxLength(256)),
  addresses: z.array(Address).check(z.minLength(1), z.maxLength(32)),
});
export type MediaPort = z.infer<typeof MediaPort>;

const Digests = z.array(ShortDigest).check(z.maxLength(BENCHMARK_FRAMES_MAX));

export const BenchmarkStarted = z.strictObject({
  call: z.literal("benchmark.start"),
  /** Of each picture, as drawn, and of each frame, as coded. */
  pictureDigests: Digests,
  frameDigests: Digests,
  /** From the seed to the last frame, by the node's clock. */
  elapsedMs: z.number().check(z.gte(0), z.lte(600_000)),
});

export const BenchmarkShown = z.strictObject({
  call: z.literal("benchmark.show"),
  data: z.string().check(z.maxLength(Math.ceil(CODED_FRAME_BYTES_MAX / 3) * 4), z.regex(/^[A-Za-z0-9+/]*={0,2}$/)),
});

export const CheckAnswer = z.discriminatedUnion("call", [
  z.strictObject({ call: z.literal("inventory"), proof: InventoryProof }),
  z.strictObject({ call: z.literal("media-port"), port: MediaPort }),
  z.strictObject({ call: z.literal("benchmark.prepare"), codec: z.enum(VIDEO_CODECS) }),
  BenchmarkStarted,
  BenchmarkShown,
  z.strictObject({ call: z.literal("benchmark.end") }),
]);
export type CheckAnswer = z.infer<typeof CheckAnswer>;
export type AnswerTo<C extends CheckCall["call"]> = Extract<CheckAnswer, { call: C }>;

export const CheckResult = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), answer: CheckAnswer }),
  z.strictObject({ ok: z.literal(false), code: Id, message: z.string().check(z.maxLength(500)) }),
]);
export type CheckResult = z.infer<typeof CheckResult>;
