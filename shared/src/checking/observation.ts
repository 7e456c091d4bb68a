// What a checker saw of a node: numbers that another checker in its place would have
// seen too, and nothing that it concluded from them. Conclusions are `criteria.ts`'.

import * as z from "zod/mini";
import { VIDEO_CODECS } from "../media/video-codecs.ts";

const Ms = z.number().check(z.gte(0), z.lte(600_000));
const Share = z.number().check(z.gte(0), z.lte(1));
const Rate = z.number().check(z.gte(0), z.lte(1_000));
const Pixels = z.int().check(z.gte(0), z.lte(16_384));
const Total = z.number().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER));
const Count = z.int().check(z.gte(0), z.lte(1_000_000));

/** The longest time that the checker's own process stood still while it measured; left out by checkers older than this. */
const LoopStallMs = z.optional(Ms);

/** Played as a player would: the one check that sees what players get. */
export const PlayedObservation = z.strictObject({
  kind: z.literal("simulated-player"),
  /** The one codec that the device said it could receive; left out of a play as a common phone. */
  codec: z.optional(z.enum(VIDEO_CODECS)),
  /** Undefined: no frame was ever seen. */
  startupMs: z.optional(Ms),
  /** How long it was watched after the first frame. */
  watchedMs: Ms,
  /** What the title draws, by its manifest. */
  titleFps: Rate,
  titleWidth: Pixels,
  titleHeight: Pixels,
  /** Frames that differ from the one before, as decoded: repeats are not frames. */
  distinctFps: Rate,
  freezeMs: Ms,
  /** As coded: a player's screen may scale it. */
  width: Pixels,
  height: Pixels,
  receivedKbps: z.number().check(z.gte(0), z.lte(1_000_000)),
  /** What such a picture takes, by the profile that every node streams by. */
  usualKbps: z.number().check(z.gte(0), z.lte(1_000_000)),
  /** Sharpness of the decoded picture against a trusted render of the same scene, 1 being alike; undefined where there is no such render. */
  sharpness: z.optional(Share),
  /** Structural similarity with the trusted render. */
  similarity: z.optional(Share),
  /** From asking for a visual nonce to seeing it; undefined: asked, and never seen. */
  nonceMs: z.optional(Ms),
  noncesAsked: Count,
  noncesSeen: Count,
  /** Frames that the node said it had sent, and frames that were received. */
  framesDeclared: Count,
  framesReceived: Count,
  /** The same of their bytes. */
  bytesDeclared: z.optional(Total),
  bytesReceived: z.optional(Total),
  /** Of the path: what no node can be blamed for. */
  roundTripMs: Ms,
  /** The shortest ICE binding of at least five, which the media port answers, and the shortest ping, which the session answers. */
  bindingMsLeast: z.optional(Ms),
  answerMsLeast: z.optional(Ms),
  lossShare: Share,
  clickToPhotonP95Ms: z.optional(Ms),
  soundHeard: z.boolean(),
  /** The same moment's loss on the checker's other paths: above it, the fault is the checker's own line. */
  otherPathsLossShare: Share,
  loopStallMs: LoopStallMs,
});
export type PlayedObservation = z.infer<typeof PlayedObservation>;

export const LivenessObservation = z.strictObject({
  kind: z.literal("liveness"),
  heartbeatAgeMs: Ms,
  /** An ICE binding answered by the node's media port; undefined: no answer. */
  mediaRoundTripMs: z.optional(Ms),
});

export const CapacityObservation = z.strictObject({
  kind: z.literal("capacity"),
  /** Frames a second of the nonce-seeded render and encode, by the node's signed claim and as measured. */
  claimedFps: Rate,
  /** Undefined: the benchmark gave the wrong result, or none in time. */
  measuredFps: z.optional(Rate),
  loopStallMs: LoopStallMs,
});

export const InventoryObservation = z.strictObject({
  kind: z.literal("registration"),
  /** Names of claims that a session or a benchmark did not bear out, such as "encoder:nvenc". */
  unproven: z.array(z.string().check(z.maxLength(80))).check(z.maxLength(64)),
  claimed: Count,
  loopStallMs: LoopStallMs,
});

export const LocationObservation = z.strictObject({
  kind: z.literal("location"),
  /** From the checker's own proven place to the place that the node claims. */
  distanceKm: z.number().check(z.gte(0), z.lte(20_040)),
  /** The shortest of several; undefined: it can't be measured. */
  roundTripMs: z.optional(Ms),
  /** The same to nodes that claim to be near the same place. */
  neighboursRoundTripMs: z.optional(z.array(Ms).check(z.maxLength(8))),
});

export type LocationObservation = z.infer<typeof LocationObservation>;

export const Observation = z.discriminatedUnion("kind", [
  PlayedObservation, LivenessObservation, CapacityObservation, InventoryObservation, LocationObservation,
]);
export type Observation = z.infer<typeof Observation>;
export type CheckKind = Observation["kind"];
