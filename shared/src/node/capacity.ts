// How many sessions a node carries, from what it measured. Pure, and known to both ends:
// the node claims it, and the server computes it again from the inventory.
//
// The session that is counted with is 1280x720 at 60 frames a second: what the built-in
// titles are. A title that wants more cores or memory than it is looked at by placement.
//
//   encoder   a frame's time (p50 of the trial) x 60 a second; 80 % of the encoder's time
//             may be spent, the rest is for frames that are larger than most. In hardware no
//             more than the driver opens at once, and than the card's memory holds
//   cores     what is coded on the processor, times the cores it spreads over, plus what
//             each session needs beside it, plus what a usual title takes
//   memory    what the machine has, less what it keeps, by what a session takes
//
// The least of the three counts. A machine with an encoder that opens carries at least
// one: what it can't do at full rate the rate control does at a lower one.

import type { EncoderReport } from "../media/encoder-reports.ts";
import { SLOTS_MAX, type NodeCapacity, type NodeHardware } from "./inventory.ts";

const FPS = 60;
const ENCODER_SHARE_MAX = 0.8;

/** Coded in slices, a frame keeps more than one core busy for its time: 4.1 ms of cores in 2.8 ms (bench pipeline, x264 on two cores). */
const CORES_OF_SOFTWARE = 1.5;
/**
 * Capture, packets, media server and the node itself, in ms of a core a second: the whole media
 * path took 450 (docs/latency-budget.md), of which coding was 250.
 */
const BESIDE_CODING_MS = 200;
/** What the manifests of the built-in titles ask for lies between 0.3 and 1 core; half of one in the middle. */
const TITLE_MS = 500;

/**
 * NVIDIA's drivers allow consumer cards so many encoding sessions a system, all cards together (its
 * "Video Encode and Decode Support Matrix": 3, 5 and 8 by age of the driver). Professional cards have no
 * such limit. For reports that do not tell how many the driver really opened (`sessionsMax`).
 */
const NVENC_SESSIONS_OF_GEFORCE = 8;

/** For the system, the node and its media server. */
const KEPT_MB = 512;
/** Of a card's memory: for the machine's own screen and what the driver keeps. */
const CARD_KEPT_MB = 512;
/** What a process that codes 1080p takes of it, its context with the driver included. An estimate: it was not measured on a card. */
const CARD_SESSION_MB = 300;

/** Display, sound, media process (150 MB together) and a title such as a page in Chromium (450 MB). */
const SESSION_MB = 600;

type OpenedEncoder = Extract<EncoderReport, { opened: true }>;

export type MeasuredCapacity = NonNullable<NodeCapacity["measured"]>;

/** Undefined where no encoder opened: then there is nothing to carry a session with. */
export function measureCapacity(
  { cpuCores, memoryMb, gpu }: Pick<NodeHardware, "cpuCores" | "memoryMb" | "gpu">,
  encoders: readonly EncoderReport[],
): MeasuredCapacity | undefined {
  const encoder = usualEncoder(encoders);
  if (!encoder) return undefined;
  const frameMs = encoder.at720p.frameMsP50;
  // A trial gives tenths of a millisecond; less than one of them is not faster, but not measured.
  const codingMs = Math.max(0.1, frameMs) * FPS;
  const encodersAtOnce = encoder.hardware ? 1 : Math.max(1, cpuCores / CORES_OF_SOFTWARE);
  const sessionMs = (encoder.hardware ? 0 : codingMs * CORES_OF_SOFTWARE) + BESIDE_CODING_MS + TITLE_MS;
  return {
    encoder: encoder.name,
    frameMs,
    slotsByCpu: atLeastOne((cpuCores * 1000) / sessionMs),
    slotsByEncoder: Math.min(
      encoder.hardware ? hardwareSessionsMax(encoder, gpu) : SLOTS_MAX,
      atLeastOne((encodersAtOnce * 1000 * ENCODER_SHARE_MAX) / codingMs),
    ),
    slotsByMemory: atLeastOne((memoryMb - KEPT_MB) / SESSION_MB),
  };
}

export function slotsOf({ slotsByCpu, slotsByEncoder, slotsByMemory }: MeasuredCapacity): number {
  return Math.min(SLOTS_MAX, slotsByCpu, slotsByEncoder, slotsByMemory);
}

/** What the driver allows at once and the card's memory holds, whatever the chip could do. One beyond it is coded on the processor. */
function hardwareSessionsMax({ name, sessionsMax }: OpenedEncoder, gpu: NodeHardware["gpu"]): number {
  const consumer = name.startsWith("nvenc") && /geforce|\btitan\b/i.test(gpu?.model ?? "");
  const byDriver = sessionsMax ?? (consumer ? NVENC_SESSIONS_OF_GEFORCE : SLOTS_MAX);
  const byMemory = gpu?.memoryMb === undefined ? SLOTS_MAX : atLeastOne((gpu.memoryMb - CARD_KEPT_MB) / CARD_SESSION_MB);
  return Math.min(byDriver, byMemory);
}

/** What most sessions use: H.264 in hardware, then in software, then whatever there is; the quicker of equals. */
function usualEncoder(encoders: readonly EncoderReport[]): OpenedEncoder | undefined {
  const opened = encoders.filter((encoder): encoder is OpenedEncoder => encoder.opened);
  const place = ({ codec, hardware }: OpenedEncoder) => (codec === "H264" ? 0 : 2) + (hardware ? 0 : 1);
  return opened.toSorted((a, b) => place(a) - place(b) || a.at720p.frameMsP50 - b.at720p.frameMsP50)[0];
}

const atLeastOne = (slots: number): number => Math.max(1, Math.floor(slots));
