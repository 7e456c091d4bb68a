// Which H.264 level a stream needs (ITU-T H.264, table A-1). A decoder may refuse
// a stream that says less than it uses, and some phones refuse one that says more
// than they can.

import type { TitleSize } from "@nearframe/shared/title/manifest";

type Level = { name: string; macroblocksPerSecond: number; macroblocksPerFrame: number; bitrateKbps: number };

/** Bit rates are those of the Baseline, Extended and Main profiles. */
const LEVELS: readonly Level[] = [
  { name: "3.0", macroblocksPerSecond: 40_500, macroblocksPerFrame: 1_620, bitrateKbps: 10_000 },
  { name: "3.1", macroblocksPerSecond: 108_000, macroblocksPerFrame: 3_600, bitrateKbps: 14_000 },
  { name: "3.2", macroblocksPerSecond: 216_000, macroblocksPerFrame: 5_120, bitrateKbps: 20_000 },
  { name: "4.0", macroblocksPerSecond: 245_760, macroblocksPerFrame: 8_192, bitrateKbps: 20_000 },
  { name: "4.1", macroblocksPerSecond: 245_760, macroblocksPerFrame: 8_192, bitrateKbps: 50_000 },
  { name: "4.2", macroblocksPerSecond: 522_240, macroblocksPerFrame: 8_704, bitrateKbps: 50_000 },
  { name: "5.0", macroblocksPerSecond: 589_824, macroblocksPerFrame: 22_080, bitrateKbps: 135_000 },
  { name: "5.1", macroblocksPerSecond: 983_040, macroblocksPerFrame: 36_864, bitrateKbps: 240_000 },
  { name: "5.2", macroblocksPerSecond: 2_073_600, macroblocksPerFrame: 36_864, bitrateKbps: 240_000 },
  { name: "6.0", macroblocksPerSecond: 4_177_920, macroblocksPerFrame: 139_264, bitrateKbps: 240_000 },
  { name: "6.1", macroblocksPerSecond: 8_355_840, macroblocksPerFrame: 139_264, bitrateKbps: 480_000 },
];

const MACROBLOCK = 16;

/** The lowest level that holds the stream, or undefined when H.264 has none. */
export function chooseH264Level(size: TitleSize, fps: number, bitrateKbps: number): string | undefined {
  const columns = Math.ceil(size.width / MACROBLOCK);
  const rows = Math.ceil(size.height / MACROBLOCK);
  const fits = (level: Level) =>
    columns * rows <= level.macroblocksPerFrame &&
    columns * rows * fps <= level.macroblocksPerSecond &&
    bitrateKbps <= level.bitrateKbps &&
    // Neither side may be longer than eight times the square root of the largest frame (A.3.1).
    Math.max(columns, rows) <= Math.sqrt(level.macroblocksPerFrame * 8);
  return LEVELS.find(fits)?.name;
}

/** The same, for an encoder: throws where H.264 has none. */
export function requireH264Level(size: TitleSize, fps: number, bitrateKbps: number): string {
  const level = chooseH264Level(size, fps, bitrateKbps);
  if (level !== undefined) return level;
  throw new Error(`No level of H.264 holds ${size.width}x${size.height} at ${fps} frames a second and ${bitrateKbps} kbps.`);
}

/** The same as the stream carries it (level_idc): 42 for "4.2". */
export function h264LevelNumber(size: TitleSize, fps: number, bitrateKbps: number): number {
  return Math.round(Number(requireH264Level(size, fps, bitrateKbps)) * 10);
}
