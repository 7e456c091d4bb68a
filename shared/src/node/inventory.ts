// What a node says of itself when it registers. It measures this before it speaks, and
// signs it; the server keeps what passes its checks.

import * as z from "zod/mini";
import { EncoderReports } from "../media/encoder-reports.ts";
import { Id } from "../protocol/media.ts";
import { RUNTIMES } from "../title/manifest.ts";

const Text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));
const Count = (max: number) => z.int().check(z.gte(0), z.lte(max));

export const SLOTS_MAX = 1000;

export const NodeHardware = z.strictObject({
  cpuModel: Text(200),
  /** Cores that this process may use, which a container may have fewer of than its machine. */
  cpuCores: z.number().check(z.gte(0.1), z.lte(4096)),
  memoryMb: z.int().check(z.gte(1), z.lte(16_777_216)),
  gpu: z.optional(z.strictObject({ model: Text(200), memoryMb: z.optional(z.int().check(z.gte(1), z.lte(1_048_576))) })),
});
export type NodeHardware = z.infer<typeof NodeHardware>;

/**
 * How many sessions the node carries, and what each limit would allow. `slots` is never more
 * than the smallest of them, unless the operator said so (`source: "operator"`).
 */
export const NodeCapacity = z.strictObject({
  slots: Count(SLOTS_MAX),
  /** `provisional`: the encoders have not been tried yet, so nothing is measured. */
  source: z.enum(["measured", "operator", "provisional"]),
  measured: z.optional(
    z.strictObject({
      /** Which encoder the figures are of, and what a 720p frame takes it. */
      encoder: Text(40),
      frameMs: z.number().check(z.gte(0), z.lte(60_000)),
      slotsByCpu: Count(1_000_000),
      slotsByEncoder: Count(1_000_000),
      slotsByMemory: Count(1_000_000),
    }),
  ),
});
export type NodeCapacity = z.infer<typeof NodeCapacity>;

export const NodeInventory = z.strictObject({
  name: Text(80),
  /** Of Nearframe on the node. */
  version: Text(40),
  hardware: NodeHardware,
  network: z.strictObject({
    /** Where its media listens, as a player is told. */
    addresses: z.array(Text(253)).check(z.maxLength(32)),
    /** Whether the operator named a public address, because players can't reach the machine's own. */
    announced: z.boolean(),
    uplinkKbps: z.optional(z.int().check(z.gte(1), z.lte(1_000_000_000))),
  }),
  /** Of the machine's clock, as IANA names it: tells a country's one end from its other. */
  timeZone: z.optional(Text(64)),
  runtimes: z.array(z.enum(RUNTIMES)).check(z.maxLength(RUNTIMES.length)),
  /** Titles whose files and programs are here. */
  titleIds: z.array(Id).check(z.maxLength(500)),
  /** Its graphics cards draw as many titles as they hold: until one ends it takes no more that ask for a card. */
  cardsFull: z.optional(z.literal(true)),
  /** It can fetch a title that it has not. */
  canFetch: z.boolean(),
  capacity: NodeCapacity,
  /** Left out where they have not been tried yet; a newer inventory tells. */
  encoders: z.optional(EncoderReports),
  /** What the host asks for one session, in millionths of the network's unit. */
  feePerHourMicros: Count(Number.MAX_SAFE_INTEGER),
  /** Whom the node belongs to, as its operator says; nothing proves it. */
  operatorId: z.optional(Id),
  /** What this machine lacks, in sentences for the operator; shown, never parsed. */
  notices: z.array(z.string().check(z.maxLength(500))).check(z.maxLength(32)),
});
export type NodeInventory = z.infer<typeof NodeInventory>;
