// A parameter set as many Android encoders leave it: without a word about timing and order.

import { BitWriter } from "../bits.ts";
import { parseSps, writeSps } from "../sps.ts";

export function bareSps(unit: Uint8Array): Uint8Array {
  const parsed = parseSps(unit);
  if (!parsed) throw new Error("no parameter set");
  const writer = new BitWriter();
  writer.copy(parsed.payload, parsed.bitsToVui);
  writer.bits(0, 1);
  return writeSps(unit[0] ?? 0, writer);
}
