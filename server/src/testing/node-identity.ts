// A node's key and words, for tests: whatever it says is signed as a real node would.

import { generateKeyPairSync, sign } from "node:crypto";
import { nodeIdOf, signedText } from "@nearframe/shared/node/identity";
import type { NodeInventory } from "@nearframe/shared/node/inventory";
import type { SessionReport } from "@nearframe/shared/node/messages";
import { PROTOCOL_VERSION } from "@nearframe/shared/protocol/limits";

export type TestIdentity = ReturnType<typeof createTestIdentity>;

export function createTestIdentity() {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const x = publicKey.export({ format: "jwk" }).x ?? "";
  const signed = <M extends object>(message: M) => ({
    ...message,
    signature: sign(null, Buffer.from(signedText(message)), privateKey).toString("base64url"),
  });
  return {
    nodeId: nodeIdOf(Buffer.from(x, "base64url")),
    publicKey: x,
    signed,
    sign: (bytes: Uint8Array): string => sign(null, bytes, privateKey).toString("base64url"),
    register: (nonce: unknown, change: object = {}) =>
      signed({
        type: "node.register",
        protocol: PROTOCOL_VERSION,
        publicKey: x,
        nonce,
        inventory: inventory(),
        sessions: [] as SessionReport[],
        draining: false,
        ...change,
      }),
    heartbeat: (nonce: unknown, number: number, sessions: readonly SessionReport[] = []) =>
      signed({ type: "node.heartbeat", nonce, number, sessions }),
  };
}

/** One for all tests that don't care which. */
export const TEST_NODE = createTestIdentity();

export function report(sessionId: string, use: SessionReport["use"] = "rendering"): SessionReport {
  return { sessionId, epoch: 1, use };
}

/** Of a node whose operator says how many slots it has. */
export function inventory({ slots = 2, ...change }: Partial<NodeInventory> & { slots?: number } = {}): NodeInventory {
  return {
    name: "Test node",
    version: "0.1.0",
    hardware: { cpuModel: "Test processor", cpuCores: 4, memoryMb: 8_192 },
    network: { addresses: ["192.0.2.7"], announced: false },
    runtimes: ["native"],
    titleIds: [],
    canFetch: true,
    capacity: { slots, source: "operator" },
    feePerHourMicros: 0,
    notices: ["no uinput here"],
    ...change,
  };
}
