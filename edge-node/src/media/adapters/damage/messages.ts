// What the node and a pipeline's process say to each other, parsed at both doors.

import * as z from "zod/mini";
import { CHALLENGE_NONCES } from "@nearframe/shared/protocol/session-control";
import { TitleSize } from "@nearframe/shared/title/manifest";
import { VIDEO_ENCODER_NAMES } from "../../encode/known-encoders.ts";
import type { FrameMark, RtpTarget } from "../../ports.ts";

const Encoder = z.enum(VIDEO_ENCODER_NAMES);
const Path = z.string().check(z.minLength(1), z.maxLength(4096));
const Port = z.int().check(z.gte(1), z.lte(65_535));
const Uint32 = z.int().check(z.gte(0), z.lte(0xffff_ffff));
/** 0 and 15 are not ids in one-byte header extensions. */
const ExtensionId = z.exactOptional(z.int().check(z.gte(1), z.lte(14)));
const BitrateKbps = z.number().check(z.gte(50), z.lte(500_000));
const Fps = z.int().check(z.gte(1), z.lte(240));

// `satisfies`: what is parsed here is what the port says.
const Target = z.strictObject({
  ip: z.ipv4(),
  port: Port,
  rtcpPort: Port,
  ssrc: Uint32,
  payloadType: z.int().check(z.gte(0), z.lte(127)),
  extensions: z.strictObject({
    transportWideCc: ExtensionId,
    absCaptureTime: ExtensionId,
    playoutDelay: ExtensionId,
  }),
  timestampOffset: z.exactOptional(Uint32),
  sourcePort: z.exactOptional(Port),
}) satisfies z.ZodMiniType<RtpTarget>;

export const SoundSettings = z.strictObject({
  bitrateKbps: z.number().check(z.gte(6), z.lte(510)),
  /** What the encoder should expect to be lost on the way, in percent. */
  expectedLossPercent: z.number().check(z.gte(0), z.lte(100)),
  /** Costs 4 ms of delay; see `encode/adapters/opus.ts`. */
  forwardErrorCorrection: z.boolean(),
});
export type SoundSettings = z.infer<typeof SoundSettings>;

export const StartOptions = z.strictObject({
  display: z.strictObject({
    name: z.string().check(z.maxLength(100)),
    environment: z.record(z.string(), z.string()),
    framebufferPath: z.optional(Path),
  }),
  size: TitleSize,
  fps: Fps,
  bitrateKbps: BitrateKbps,
  bitrateKbpsMax: z.exactOptional(BitrateKbps),
  video: Target,
  sound: z.optional(
    z.strictObject({ monitorSocketPath: Path, target: Target, settings: SoundSettings }),
  ),
  inputMarkPath: z.optional(Path),
  encoders: z.tuple([Encoder], Encoder),
});
export type StartOptions = z.infer<typeof StartOptions>;

export const ToProcess = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("start"), options: StartOptions }),
  z.strictObject({ type: z.literal("request-keyframe") }),
  z.strictObject({ type: z.literal("show-nonce"), nonce: z.int().check(z.gte(0), z.lt(CHALLENGE_NONCES)) }),
  z.strictObject({
    type: z.literal("set-target"),
    target: z.strictObject({
      bitrateKbps: BitrateKbps,
      // A title's rate, divided: 17.5 is one.
      fps: z.number().check(z.gte(1), z.lte(240)),
      size: z.exactOptional(TitleSize),
      hold: z.exactOptional(z.boolean()),
    }),
  }),
]);
export type ToProcess = z.infer<typeof ToProcess>;

const Ms = z.number().check(z.gte(0));
const Mark = z.strictObject({
  rtpTimestamp: Uint32,
  frameIndex: z.int().check(z.gte(0)),
  keyframe: z.boolean(),
  changed: z.boolean(),
  inputSeq: Uint32,
  inputAppliedAtMs: Ms,
  damagedAtMs: Ms,
  capturedAtMs: Ms,
  encodedAtMs: Ms,
  sentAtMs: Ms,
  payloadBytes: z.int().check(z.gte(0)),
}) satisfies z.ZodMiniType<FrameMark>;

const Text = z.string().check(z.maxLength(2000));
export const FromProcess = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ready") }),
  z.strictObject({ type: z.literal("first-picture") }),
  z.strictObject({ type: z.literal("frame"), mark: Mark }),
  /** This one had to replace another. */
  z.strictObject({ type: z.literal("encoder"), name: Encoder }),
  /** For the operator; the pipeline goes on. */
  z.strictObject({ type: z.literal("notice"), text: Text }),
  /** The pipeline can't go on; the process ends after this. */
  z.strictObject({ type: z.literal("failed"), text: Text }),
]);
export type FromProcess = z.infer<typeof FromProcess>;

export const TEXT_LENGTH_MAX = 2000;
