// A node as a checker asks it: the product's own answers over a real media server and a
// real encoder, without a server between. A cheat stands before it and bends what it says.

import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { NodeRefusedError, type CheckPorts } from "@nearframe/checker/checks/ports";
import { createCheckAnswers } from "@nearframe/edge-node/checks/answer-checks";
import { createBenchmarks } from "@nearframe/edge-node/checks/benchmarks";
import { openIdentity } from "@nearframe/edge-node/node/identity";
import { createMediasoupSfu } from "@nearframe/edge-node/sfu/adapters/mediasoup/sfu";
import type { CheckCall, CheckResult } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";
import type { EncoderReport } from "@nearframe/shared/media/encoder-reports";
import type { NodeInventory } from "@nearframe/shared/node/inventory";

export type Answer = (call: CheckCall) => Promise<CheckResult>;

/** So slow that any machine keeps it, however busy. */
const MODEST_MS = 60;

export const encoderReport = (name: string, hardware: boolean, frameMs: number): EncoderReport => {
  const speed = { frameMsP50: frameMs, frameMsP95: frameMs, fpsMax: Math.floor(1_000 / frameMs) };
  return { name, codec: "H264", hardware, opened: true, at720p: speed, at1080p: speed };
};

export const inventoryWith = (encoders: EncoderReport[], gpu?: string): NodeInventory => {
  const [first] = encoders;
  const frameMs = first?.opened ? first.at720p.frameMsP50 : 0;
  return {
    name: "Node", version: "0",
    hardware: { cpuModel: "x", cpuCores: 2, memoryMb: 8_000, ...(gpu === undefined ? {} : { gpu: { model: gpu } }) },
    network: { addresses: ["127.0.0.1"], announced: false }, runtimes: ["native"], titleIds: ["test-card"], canFetch: false,
    capacity: { slots: 1, source: "measured", measured: { encoder: first?.name ?? "none", frameMs, slotsByCpu: 1, slotsByEncoder: 1, slotsByMemory: 1 } },
    encoders, feePerHourMicros: 0, notices: [],
  };
};

export const modest = () => inventoryWith([encoderReport("x264", false, MODEST_MS)]);

export async function openNode(inventory: () => NodeInventory, scope: Scope, isPlaying = () => false): Promise<{ nodeId: string; answer: Answer }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "nearframe-cheats-"));
  scope.own(folder, (folder) => rm(folder, { recursive: true }));
  const identity = await openIdentity(folder);
  const sfu = await createMediasoupSfu({ addresses: [{ ip: "127.0.0.1" }], port: 0, onWarning() {} }, scope);
  const answer = createCheckAnswers({ identity, inventory, openMediaPort: sfu.openMediaPort, benchmarks: createBenchmarks({ isPlaying }, scope) }, scope);
  return { nodeId: identity.nodeId, answer };
}

/** What a checker has in hand; of several nodes each answers for itself. */
export function portsTo(nodes: Readonly<Record<string, Answer>>, notes: string[] = []): CheckPorts {
  return {
    async callNode(nodeId, call) {
      const result = await nodes[nodeId]?.(call);
      if (result === undefined) throw new NodeRefusedError("it says nothing");
      if (!result.ok) throw new NodeRefusedError(result.message, result.code);
      if (result.answer.call !== call.call) throw new NodeRefusedError("it answers something else");
      // The union is as wide as the calls; the line above has made it as narrow as this one.
      return result.answer as never;
    },
    play: {
      url: "", timeZone: "UTC",
      openPath: () => Promise.reject(new Error("nothing is played here")),
      openSenses: () => ({ see() {}, hear() {} }),
    },
    onNote: (note) => notes.push(note),
  };
}
