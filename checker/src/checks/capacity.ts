// Is the node as fast as its slots were counted by?

import { benchmarkProfile, CAPACITY_FRAMES, claimedFps } from "@nearframe/shared/checking/benchmark";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import { CheckVoidError } from "../play/play-title.ts";
import { runBenchmark } from "./benchmark.ts";
import { askInventory } from "./inventory.ts";
import { NodeRefusedError, type Perform } from "./ports.ts";

/** Of a session's frame rate: what the least node claims. */
const LEAST_FPS = 60;

export const performCapacity: Perform<"capacity"> = async ({ nodeId }, ports, scope) => {
  let inventory: NodeInventory;
  try {
    inventory = await askInventory(nodeId, ports);
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    ports.onNote(error.message);
    return { kind: "capacity", claimedFps: LEAST_FPS };
  }
  const { measured } = inventory.capacity;
  const encoder = inventory.encoders?.find(({ name }) => name === measured?.encoder);
  if (!measured || !encoder?.opened) throw new CheckVoidError("the node has not tried its encoders yet, so it claims nothing");
  const { frameMsP95 } = encoder.at720p;
  const { fps, loopStallMs } = await runBenchmark(nodeId, benchmarkProfile(encoder.name, CAPACITY_FRAMES), ports, scope);
  return {
    kind: "capacity",
    // By the figure that its slots rest on, should the report of its encoder say another.
    claimedFps: claimedFps({ frameMsP50: measured.frameMs, frameMsP95: Math.min(frameMsP95, 2 * measured.frameMs) }, CAPACITY_FRAMES),
    ...(fps === undefined ? {} : { measuredFps: fps }),
    loopStallMs,
  };
};
