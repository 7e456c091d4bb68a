// Does the node have what it says? Each encoder that it names is asked to code pictures that
// nobody knew of before: one that is not there can't, and a slower one in its place is slower.

import { benchmarkProfile, claimedFps, REGISTRATION_FRAMES } from "@nearframe/shared/checking/benchmark";
import { LIMITS } from "@nearframe/shared/checking/criteria";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { CheckVoidError } from "../play/play-title.ts";
import { runBenchmark } from "./benchmark.ts";
import { askInventory } from "./inventory.ts";
import { NodeRefusedError, type Perform } from "./ports.ts";

type Opened = Extract<EncoderReport, { opened: true }>;

export const performRegistration: Perform<"registration"> = async ({ nodeId }, ports, scope) => {
  let inventory: NodeInventory;
  try {
    inventory = await askInventory(nodeId, ports);
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    ports.onNote(error.message);
    return { kind: "registration", claimed: 1, unproven: ["inventory"] };
  }
  const opened = (inventory.encoders ?? []).filter((encoder): encoder is Opened => encoder.opened);
  if (opened.length === 0) throw new CheckVoidError("the node has not tried its encoders yet, so it claims nothing");
  const unproven: string[] = [];
  let loopStallMs = 0;
  for (const { name, codec, at720p } of opened) {
    const finding = await runBenchmark(nodeId, benchmarkProfile(name, REGISTRATION_FRAMES), ports, scope);
    loopStallMs = Math.max(loopStallMs, finding.loopStallMs);
    const isThere = finding.fps !== undefined && finding.codec === codec;
    if (!isThere) unproven.push(`encoder:${name}`);
    else if (finding.fps < LIMITS.capacityShareHonest * claimedFps(at720p, REGISTRATION_FRAMES)) unproven.push(`speed:${name}`);
  }
  // A card that is named but codes nothing is of no use to any player, and nobody can see it.
  const { gpu } = inventory.hardware;
  const hardware = opened.filter((encoder) => encoder.hardware);
  if (gpu && hardware.length > 0 && hardware.every(({ name }) => unproven.some((claim) => claim.endsWith(`:${name}`)))) unproven.push("gpu");
  return { kind: "registration", claimed: opened.length + 1, unproven, loopStallMs };
};
