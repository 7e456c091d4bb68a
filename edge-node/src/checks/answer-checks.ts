// Answers what checkers ask of this node, through the server. Whoever asks is a stranger:
// each thing that is opened for one closes by itself, and there are few at a time.

import type { CheckAnswer, CheckCall, CheckResult, MediaPort } from "@nearframe/shared/checking/node-calls";
import type { Scope } from "@nearframe/shared/lifetime";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { NodeIdentity } from "../node/identity.ts";
import type { Benchmarks } from "./benchmarks.ts";
import { CheckRefusedError } from "./refused.ts";

export type CheckAnswersPorts = {
  identity: Pick<NodeIdentity, "publicKey" | "signed">;
  inventory(): NodeInventory;
  openMediaPort(scope: Scope): Promise<MediaPort>;
  benchmarks: Benchmarks;
};

/** Long enough for some bindings, there and back, from the other side of the world. */
export const MEDIA_PORT_MS = 10_000;
const MEDIA_PORTS_MAX = 8;
const MESSAGE_LENGTH_MAX = 500;

export function createCheckAnswers(ports: CheckAnswersPorts, scope: Scope): (call: CheckCall) => Promise<CheckResult> {
  let mediaPorts = 0;

  async function openMediaPort(): Promise<MediaPort> {
    if (mediaPorts >= MEDIA_PORTS_MAX) throw new CheckRefusedError("TOO_MANY", "others are measuring the way to this node; ask again in ten seconds");
    mediaPorts += 1;
    const mine = scope.child();
    mine.own(undefined, () => void (mediaPorts -= 1));
    mine.own(setTimeout(() => void mine.close("its time is over"), MEDIA_PORT_MS), clearTimeout);
    try {
      return await ports.openMediaPort(mine);
    } catch (error) {
      await mine.close(error);
      throw error;
    }
  }

  async function answer(call: CheckCall): Promise<CheckAnswer> {
    switch (call.call) {
      case "inventory": {
        const { identity, inventory } = ports;
        const { publicKey } = identity;
        return { call: "inventory", proof: identity.signed({ type: "node.inventory.proof" as const, nonce: call.nonce, publicKey, inventory: inventory() }) };
      }
      case "media-port":
        return { call: "media-port", port: await openMediaPort() };
      case "benchmark.prepare":
        return { call: "benchmark.prepare", codec: await ports.benchmarks.prepare(call.benchmarkId, call.profile) };
      case "benchmark.start":
        return { call: "benchmark.start", ...(await ports.benchmarks.start(call.benchmarkId, call.seed)) };
      case "benchmark.show":
        return { call: "benchmark.show", data: await ports.benchmarks.show(call.benchmarkId, call.frame) };
      case "benchmark.end":
        await ports.benchmarks.end(call.benchmarkId);
        return { call: "benchmark.end" };
    }
  }

  return async (call) => {
    try {
      return { ok: true, answer: await answer(call) };
    } catch (error) {
      const code = error instanceof CheckRefusedError ? error.code : "CHECK_FAILED";
      return { ok: false, code, message: (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_LENGTH_MAX) };
    }
  };
}
