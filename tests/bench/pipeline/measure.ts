// Joins what was painted with what arrived: decodes the stream and reads the
// barcodes.

import { openVideoDecoder } from "@nearframe/edge-node/media/testing/video-decoder";
import { depacketiseH264 } from "@nearframe/edge-node/media/rtp/h264-depacketiser";
import { type ParsedPacket, parsePacket } from "@nearframe/edge-node/media/rtp/packet";
import { Scope } from "@nearframe/shared/lifetime";
import { barcodePlaces, readBarcode } from "./barcode.ts";
import { type Received, parseCapture } from "./capture-file.ts";
import type { Size } from "./scene.ts";

/** Frames at the start, while codecs warm up, are not counted. */
const WARM_UP_FRAMES = 60;

export type Painted = { number: number; wallMs: number };
export type StreamMeasure = {
  /** From handing the frame to the X server to the first packet that shows it. */
  latenciesMs: number[];
  painted: number;
  /** When each frame that never arrived was painted. */
  missedWallMs: number[];
  torn: number;
  kbps: number;
};

export function parsePainted(log: string): Painted[] {
  return log
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number))
    .map(([number = 0, wallMs = 0]) => ({ number, wallMs }));
}

export async function measureStream(log: readonly Painted[], capture: Buffer, size: Size): Promise<StreamMeasure> {
  await using scope = new Scope();
  const decoder = openVideoDecoder("H264", scope);
  const places = barcodePlaces(size);
  const firstShown = new Map<number, number>();
  let torn = 0;
  let bytes = 0;
  const [from = 0, to = 0] = [log[WARM_UP_FRAMES]?.wallMs, log.at(-1)?.wallMs];
  for (const frame of framesOf(parseCapture(capture))) {
    const unit = depacketiseH264(frame.packets.map(({ payload }) => payload));
    const picture = unit && decoder.decode(unit);
    if (frame.firstWallMs >= from && frame.firstWallMs <= to) bytes += unit?.length ?? 0;
    if (!picture) continue;
    const [first, last] = places.map((place) => readBarcode(picture.lumaAt, place));
    if (first === undefined || last === undefined) continue;
    if (first !== last) torn++;
    if (!firstShown.has(first)) firstShown.set(first, frame.firstWallMs);
  }
  const counted = log.slice(WARM_UP_FRAMES);
  const missedWallMs = counted.filter(({ number }) => !firstShown.has(number)).map(({ wallMs }) => wallMs);
  const latenciesMs = counted.flatMap(({ number, wallMs }) => {
    const shown = firstShown.get(number);
    return shown === undefined ? [] : [shown - wallMs];
  });
  return {
    latenciesMs,
    painted: counted.length,
    missedWallMs,
    torn,
    kbps: (bytes * 8) / Math.max(1, to - from),
  };
}

function framesOf(records: readonly Received[]): { firstWallMs: number; packets: ParsedPacket[] }[] {
  const frames: { timestamp: number; firstWallMs: number; packets: ParsedPacket[] }[] = [];
  for (const { wallMs, datagram } of records) {
    const packet = parsePacket(datagram);
    if (!packet) continue;
    const frame = frames.at(-1);
    if (frame?.timestamp === packet.timestamp) frame.packets.push(packet);
    else frames.push({ timestamp: packet.timestamp, firstWallMs: wallMs, packets: [packet] });
  }
  return frames;
}
